//! What the shop knows and asks: lamps, cart and orders in its own database, prices from pricing.

use std::collections::BTreeMap;

use opentelemetry::Context;
use rusqlite::Row;
use serde::Serialize;

use crate::database::{Database, QueryError, Statement};
use crate::failure::Failure;
use crate::outbound::Peer;
use crate::pricing::Price;

static EVERY: Statement = Statement {
    operation: "SELECT",
    collection: "product",
    text: "SELECT id, name, kind, hue, blurb FROM product ORDER BY id",
};
static ONE: Statement = Statement {
    operation: "SELECT",
    collection: "product",
    text: "SELECT id, name, kind, hue, blurb FROM product WHERE id = ?1",
};
static OF_KIND: Statement = Statement {
    operation: "SELECT",
    collection: "product",
    text: "SELECT id, name, kind, hue, blurb FROM product WHERE kind = ?1 ORDER BY name",
};
static RATING: Statement = Statement {
    operation: "SELECT",
    collection: "review",
    text: "SELECT count(*), coalesce(sum(stars), 0) FROM review WHERE product = ?1",
};
static CART: Statement = Statement {
    operation: "SELECT",
    collection: "cart_line",
    text: "SELECT product.id, product.name, cart_line.quantity FROM cart_line \
           JOIN product ON product.id = cart_line.product ORDER BY product.id",
};
static DELIVERY: Statement = Statement {
    operation: "SELECT",
    collection: "delivery",
    text: "SELECT day, slot FROM delivery WHERE free > 0 ORDER BY rowid LIMIT 1",
};
static ORDER: Statement = Statement {
    operation: "INSERT",
    collection: "placed_order",
    text: "INSERT INTO placed_order (cents, reference) VALUES (?1, ?2) RETURNING id",
};
/// There is no such table; the failing page is about what that looks like.
static STOCK: Statement = Statement {
    operation: "SELECT",
    collection: "warehouse_stock",
    text: "SELECT pieces FROM warehouse_stock WHERE product = ?1",
};

/// A product.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Lamp {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) hue: i64,
    pub(crate) blurb: String,
}

impl Lamp {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            kind: row.get(2)?,
            hue: row.get(3)?,
            blurb: row.get(4)?,
        })
    }
}

/// What customers think of a lamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rating {
    pub(crate) reviews: i64,
    /// All stars together.
    pub(crate) stars: i64,
}

/// A line of the cart, priced.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) quantity: i64,
    /// Euro cents for all of them.
    pub(crate) cents: i64,
}

/// When an order could come.
#[derive(Debug, Serialize)]
pub(crate) struct Slot {
    day: String,
    slot: String,
}

/// The shop's database and the service that it asks for prices.
#[derive(Clone, Debug)]
pub(crate) struct Catalog {
    database: Database,
    pricing: Peer,
}

impl Catalog {
    pub(crate) fn new(database: Database, pricing: Peer) -> Self {
        Self { database, pricing }
    }

    pub(crate) async fn lamps(&self, context: &Context) -> Result<Vec<Lamp>, QueryError> {
        self.database.rows(context, &EVERY, [], Lamp::read).await
    }

    pub(crate) async fn lamp(&self, context: &Context, id: i64) -> Result<Lamp, Failure> {
        let found = self.database.rows(context, &ONE, [id], Lamp::read).await?;
        found.into_iter().next().ok_or_else(|| Failure::missing(format!("there is no lamp {id}")))
    }

    pub(crate) async fn lamps_of(
        &self,
        context: &Context,
        kind: &'static str,
    ) -> Result<Vec<Lamp>, QueryError> {
        self.database.rows(context, &OF_KIND, [kind], Lamp::read).await
    }

    pub(crate) async fn rating(&self, context: &Context, id: i64) -> Result<Rating, Failure> {
        let read = |row: &Row<'_>| Ok(Rating { reviews: row.get(0)?, stars: row.get(1)? });
        let found = self.database.rows(context, &RATING, [id], read).await?;
        found.first().copied().ok_or_else(|| Failure::broken("QueryError", "count has no row"))
    }

    pub(crate) async fn price(&self, context: &Context, id: i64) -> Result<i64, Failure> {
        let path = format!("/prices/{id}");
        let price: Price = self.pricing.get(context, "/prices/{product}", &path).await?;
        Ok(price.cents)
    }

    /// Euro cents by product.
    pub(crate) async fn prices(&self, context: &Context) -> Result<BTreeMap<i64, i64>, Failure> {
        let prices: Vec<Price> = self.pricing.get(context, "/prices", "/prices").await?;
        Ok(prices.into_iter().map(|price| (price.product, price.cents)).collect())
    }

    pub(crate) async fn cart(&self, context: &Context) -> Result<Vec<Line>, Failure> {
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let lines: Vec<(i64, String, i64)> = self.database.rows(context, &CART, [], read).await?;
        let prices = self.prices(context).await?;
        let priced = lines.into_iter().map(|(id, name, quantity)| {
            let each = prices.get(&id).copied();
            let each = each.ok_or_else(|| Failure::missing(format!("lamp {id} has no price")))?;
            Ok(Line { name, quantity, cents: each * quantity })
        });
        priced.collect()
    }

    pub(crate) async fn delivery(&self, context: &Context) -> Result<Slot, Failure> {
        let read = |row: &Row<'_>| Ok(Slot { day: row.get(0)?, slot: row.get(1)? });
        let found = self.database.rows(context, &DELIVERY, [], read).await?;
        found.into_iter().next().ok_or_else(|| Failure::missing("no delivery slot is free"))
    }

    /// Writes an order down and gives its number.
    pub(crate) async fn order(
        &self,
        context: &Context,
        cents: i64,
        reference: String,
    ) -> Result<i64, Failure> {
        let read = |row: &Row<'_>| row.get::<_, i64>(0);
        let ids = self.database.rows(context, &ORDER, (cents, reference), read).await?;
        ids.first().copied().ok_or_else(|| Failure::broken("QueryError", "the order got no id"))
    }

    /// Always fails, in the database.
    pub(crate) async fn stock(&self, context: &Context, id: i64) -> Result<Vec<i64>, QueryError> {
        self.database.rows(context, &STOCK, [id], |row| row.get(0)).await
    }
}
