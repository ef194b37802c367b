-- Accounts that can be charged, and the charges made while the process lives.
CREATE TABLE account (
    id            INTEGER PRIMARY KEY,
    limit_cents INTEGER NOT NULL
);
INSERT INTO account VALUES (1, 5000000);

CREATE TABLE charge (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    cents   INTEGER NOT NULL
);
