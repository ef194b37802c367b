-- The catalogue, one cart, and the orders made while the process lives.
CREATE TABLE product (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,
    kind  TEXT NOT NULL,    -- which drawing it has
    hue   INTEGER NOT NULL, -- and in which colour, 0 to 359
    blurb TEXT NOT NULL
);
INSERT INTO product VALUES
    (1,  'Halo',             'pendant', 38,  'A spun dome with a rim of light, made for the middle of a table.'),
    (2,  'Meridian',         'pendant', 205, 'Hangs exactly where you tell it to, and nowhere else.'),
    (3,  'Bell',             'pendant', 350, 'Small, heavy and quiet. Looks like it should ring.'),
    (4,  'Tin Moon',         'pendant', 150, 'Pressed tin, open at the bottom, bright as a full moon.'),
    (5,  'Architect',        'desk',    220, 'Two joints, one spring, and an arm that stays where it is put.'),
    (6,  'Heron',            'desk',    170, 'Stands on one leg over whatever you are reading.'),
    (7,  'Clerk & Daughter', 'desk',    20,  'A ledger lamp, from a time when "<br>" was not yet a word.'),
    (8,  'Night Shift',      'desk',    270, 'Dims to a glow that wakes nobody.'),
    (9,  'Stork',            'floor',   30,  'A tall reader for the corner with the good chair.'),
    (10, 'Arc',              'floor',   190, 'Reaches over the sofa, so the table does not have to.'),
    (11, 'Tripod',           'floor',   95,  'Three ash legs and a drum of linen.'),
    (12, 'Reed',             'floor',   130, 'So thin that it is mostly light.'),
    (13, 'Harbour',          'lantern', 200, 'Brass and thick glass. Survives weather and nephews.'),
    (14, 'Signal',           'lantern', 355, 'Red on one side, in case you need to stop a train.'),
    (15, 'Keeper & Son',     'lantern', 45,  'Lit every evening for a hundred years; yours can start today.'),
    (16, 'Storm',            'lantern', 240, 'The flame stays in, the wind stays out.'),
    (17, 'Filament 40',      'bulb',    40,  'Forty watts of warm, four watts of power.'),
    (18, 'Globe',            'bulb',    52,  'Round, milky, and happy on its own.'),
    (19, 'Edison',           'bulb',    28,  'The squirrel cage, with nothing to hide.'),
    (20, 'Opal',             'bulb',    180, 'Soft enough to look straight at.'),
    (21, 'Taper',            'candle',  330, 'Ten hours of dinner.'),
    (22, 'Vesper',           'candle',  285, 'Beeswax, dipped by hand, and it smells like it.'),
    (23, 'Pillar',           'candle',  15,  'Burns straight down and leaves the walls standing.'),
    (24, 'Votive',           'candle',  60,  'Small, cheap, and sold by the dozen to the hopeful.');

-- No index on product, on purpose: the N+1 page scans the table once for each row of its list.
CREATE TABLE review (
    product INTEGER NOT NULL,
    stars   INTEGER NOT NULL
);
WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 11999)
INSERT INTO review SELECT 1 + n * 7919 % 24, 5 - n / 24 % (2 + n * 7919 % 24 * 11 / 7 % 4) FROM number;

CREATE TABLE cart_line (
    product  INTEGER PRIMARY KEY REFERENCES product (id),
    quantity INTEGER NOT NULL
);
INSERT INTO cart_line VALUES (5, 1), (13, 2), (17, 4);

CREATE TABLE delivery (
    day  TEXT NOT NULL,
    slot TEXT NOT NULL,
    free INTEGER NOT NULL
);
INSERT INTO delivery VALUES ('Thursday', '9 to 12', 0), ('Thursday', '14 to 17', 3), ('Friday', '9 to 12', 8);

CREATE TABLE placed_order (
    id        INTEGER PRIMARY KEY,
    cents     INTEGER NOT NULL,
    reference TEXT NOT NULL
);
