"""The one flow of the bench, as a package of features like `handlers`."""
