"""The self-assessment (Cek Naik Kelas): instruments as data, a pure scoring engine, and the rows they rest on."""
