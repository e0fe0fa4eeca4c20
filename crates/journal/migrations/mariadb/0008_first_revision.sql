INSERT INTO settings_revision (id, revision) VALUES (1, 0)
