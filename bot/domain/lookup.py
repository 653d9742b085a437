"""How officers find an owner, and what they see of her: by role and area, masked, each look noted in the audit."""
