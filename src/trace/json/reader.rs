//! Reads serde's types from a tree.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _, SeqAccess, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::flaw::{Flaw, Place};
use super::node::Node;
use super::{float, tags};

/// A value that is to be read, and the place to note what was looked at.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) node: &'a Node<'a>,
    pub(super) place: &'a Place,
}

impl<'a> Reader<'a> {
    fn integer(self) -> Result<i64, Flaw> {
        let digits = match self.node {
            Node::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        digits.ok_or(Flaw(&"a whole number"))
    }

    fn float(self) -> Result<f64, Flaw> {
        let number = match self.node {
            Node::Number(digits) => float(digits).filter(|number| number.is_finite()),
            _ => None,
        };
        number.ok_or(Flaw(&"a number"))
    }

    fn text(self) -> Result<&'a str, Flaw> {
        self.node.text().ok_or(Flaw(&"a text"))
    }

    fn items(self) -> Result<Items<'a>, Flaw> {
        match self.node {
            Node::List(items) => Ok(Items { rest: items, place: self.place }),
            _ => Err(Flaw(&"a list")),
        }
    }

    fn fields(self, names: &'static [&'static str]) -> Result<Fields<'a>, Flaw> {
        match self.node {
            Node::Object(_) => Ok(Fields { object: self, names }),
            _ => Err(Flaw(&"an object")),
        }
    }

    /// The name of a variant, and where its fields are.
    fn variant(self, name: &'static str) -> Result<&'a str, Flaw> {
        if !tags(name) {
            return self.text();
        }
        let tag = self.node.field(name);
        self.place.field(name, tag.map_or("missing", Node::kind));
        tag.and_then(Node::text).ok_or(Flaw(&"a word that says what this is"))
    }
}

macro_rules! read_as {
    ($($method:ident)* => $read:ident, $visit:ident) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
            visitor.$visit(self.$read()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Flaw;

    read_as!(deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 => integer, visit_i64);
    read_as!(deserialize_f64 => float, visit_f64);
    read_as!(deserialize_str deserialize_string => text, visit_str);
    read_as!(deserialize_seq => items, visit_seq);

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        match self.node {
            Node::Bool(truth) => visitor.visit_bool(*truth),
            _ => Err(Flaw(&"true or false")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        match self.node {
            Node::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Flaw> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Flaw> {
        visitor.visit_seq(self.fields(names)?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Flaw> {
        visitor.visit_enum(Variant { name: self.variant(name)?, fields: self })
    }

    /// What the dialect does not have.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Flaw> {
        Err(Flaw(&"a kind that we write"))
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 char bytes byte_buf unit unit_struct newtype_struct tuple_struct map
        identifier ignored_any
    }
}

/// The items of a list, one after the other.
struct Items<'a> {
    rest: &'a [Node<'a>],
    place: &'a Place,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Flaw;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Flaw> {
        let Some((node, rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        self.place.item(node.kind());
        seed.deserialize(Reader { node, place: self.place }).map(Some)
    }
}

/// The fields of a struct, in the order in which it lists them. One that is not there is no
/// element, for which a derive puts the field's default, or refuses.
struct Fields<'a> {
    object: Reader<'a>,
    names: &'static [&'static str],
}

impl<'a> Fields<'a> {
    fn next(&mut self) -> Option<Reader<'a>> {
        let (name, rest) = self.names.split_first()?;
        self.names = rest;
        if name.is_empty() {
            return Some(self.object);
        }
        let Reader { node, place } = self.object;
        let found = node.field(name);
        place.field(name, found.map_or("missing", Node::kind));
        Some(Reader { node: found?, place })
    }
}

impl<'de> SeqAccess<'de> for Fields<'_> {
    type Error = Flaw;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Flaw> {
        let Some(field) = self.next() else { return Ok(None) };
        match seed.deserialize(field) {
            Err(_) if field.place.lenient => Ok(None),
            read => read.map(Some),
        }
    }
}

/// A variant, whose fields lie beside its name.
struct Variant<'a> {
    name: &'a str,
    fields: Reader<'a>,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Flaw;
    type Variant = Reader<'a>;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Reader<'a>), Flaw> {
        let name: StrDeserializer<'_, Flaw> = self.name.into_deserializer();
        seed.deserialize(name).map(|variant| (variant, self.fields))
    }
}

impl<'de> VariantAccess<'de> for Reader<'_> {
    type Error = Flaw;

    fn unit_variant(self) -> Result<(), Flaw> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Flaw> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Flaw> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Flaw> {
        visitor.visit_seq(self.fields(names)?)
    }
}
