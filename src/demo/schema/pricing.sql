-- What each lamp costs, and what a euro is worth.
CREATE TABLE price (
    product INTEGER PRIMARY KEY,
    cents   INTEGER NOT NULL
);
INSERT INTO price VALUES
    (1, 12900), (2, 18500), (3, 9400),  (4, 7900),
    (5, 14900), (6, 16500), (7, 11900), (8, 8900),
    (9, 24900), (10, 31900), (11, 19900), (12, 17400),
    (13, 6900), (14, 7400), (15, 8200), (16, 5900),
    (17, 1490), (18, 1290), (19, 1890), (20, 1190),
    (21, 990),  (22, 1250), (23, 1690), (24, 450);

CREATE TABLE rate (
    currency   TEXT PRIMARY KEY,
    millionths INTEGER NOT NULL
);
INSERT INTO rate VALUES ('USD', 1084000), ('GBP', 856000), ('JPY', 163200000);
