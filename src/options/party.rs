//! Whom spans are asked of and sent to: what is set of each, part by part as text, and what is wrong
//! with a part.

use backend::credential::{self, Access, Credentials, Flaw, Header, Secret};
use backend::outbox::Form;
use backend::store::Hint;
use backend::stores::{self, Asked, Destination, Stores};

/// The store that is asked, or a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The store whose address is among the settings.
    Asked,
    /// The destination of this slot.
    Sent(u8),
}

/// Something that is set of a party. What it does not have is empty, and cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A destination's address.
    Endpoint,
    /// In what form a destination gets spans.
    Form,
    /// Whether they are packed.
    Packed,
    /// What the store is.
    Hint,
    /// The UID of its data source in Grafana.
    Grafana,
    /// How the party knows us.
    Credentials,
    /// By which name.
    User,
    /// By which password.
    Password,
    /// By which token.
    Token,
    /// As which tenant.
    Tenant,
    /// A header's name.
    Name(usize),
    /// A header's value.
    Value(usize),
}

const NONE: &str = "none";
const BASIC: &str = "basic";
const BEARER: &str = "bearer";
const HINTS: [(Hint, &str); 4] = [
    (Hint::Any, "any"),
    (Hint::Jaeger, "jaeger"),
    (Hint::Tempo, "tempo"),
    (Hint::Zipkin, "zipkin"),
];
const FORMS: [(Form, &str); 2] = [(Form::Protobuf, "protobuf"), (Form::Json, "json")];

impl Party {
    /// The id of what shows a part of it.
    #[must_use]
    pub fn id(self, part: Part) -> String {
        let party = match self {
            Self::Asked => "asked".to_owned(),
            Self::Sent(slot) => format!("sent-{slot}"),
        };
        let part = match part {
            Part::Endpoint => "endpoint",
            Part::Form => "form",
            Part::Packed => "packed",
            Part::Hint => "hint",
            Part::Grafana => "grafana",
            Part::Credentials => "credentials",
            Part::User => "user",
            Part::Password => "password",
            Part::Token => "token",
            Part::Tenant => "tenant",
            Part::Name(at) => return format!("{party}-name-{at}"),
            Part::Value(at) => return format!("{party}-value-{at}"),
        };
        format!("{party}-{part}")
    }

    /// The destination that it is.
    #[must_use]
    pub fn sent(self, stores: &Stores) -> Option<&Destination> {
        stores.sent.iter().find(|it| Self::Sent(it.slot) == self)
    }

    fn sent_mut(self, stores: &mut Stores) -> Option<&mut Destination> {
        stores.sent.iter_mut().find(|it| Self::Sent(it.slot) == self)
    }

    /// What goes to it with every request.
    #[must_use]
    pub fn access(self, stores: &Stores) -> Option<&Access> {
        match self {
            Self::Asked => Some(&stores.asked.access),
            Self::Sent(_) => self.sent(stores).map(|it| &it.access),
        }
    }

    /// As [`access`](Self::access), to be changed.
    pub fn access_mut(self, stores: &mut Stores) -> Option<&mut Access> {
        match self {
            Self::Asked => Some(&mut stores.asked.access),
            Self::Sent(_) => self.sent_mut(stores).map(|it| &mut it.access),
        }
    }

    /// Whether nothing is wrong with it.
    #[must_use]
    pub fn sound(self, stores: &Stores) -> bool {
        match self {
            Self::Asked => {
                let alone = Stores { asked: stores.asked.clone(), sent: Vec::new() };
                alone.check().is_empty()
            }
            Self::Sent(_) => self.sent(stores).is_some_and(|it| it.check().is_ok()),
        }
    }

    /// A part of it as text.
    #[must_use]
    pub fn text(self, stores: &Stores, part: Part) -> String {
        self.read(stores, part).unwrap_or_default()
    }

    fn read(self, stores: &Stores, part: Part) -> Option<String> {
        let Asked { hint, grafana, .. } = &stores.asked;
        let access = || self.access(stores);
        Some(match part {
            Part::Endpoint => self.sent(stores)?.endpoint.clone(),
            Part::Form => word(&FORMS, self.sent(stores)?.form),
            Part::Packed => self.sent(stores)?.packed.to_string(),
            Part::Hint => word(&HINTS, *hint),
            Part::Grafana => grafana.clone(),
            Part::Tenant => access()?.tenant.clone(),
            Part::Name(at) => access()?.headers.get(at)?.name.clone(),
            Part::Value(at) => access()?.headers.get(at)?.value.0.clone(),
            Part::Credentials => match &access()?.credentials {
                Credentials::None => NONE.to_owned(),
                Credentials::Basic { .. } => BASIC.to_owned(),
                Credentials::Bearer { .. } => BEARER.to_owned(),
            },
            Part::User | Part::Password | Part::Token => match (&access()?.credentials, part) {
                (Credentials::Basic { user, .. }, Part::User) => user.clone(),
                (Credentials::Basic { password, .. }, Part::Password) => password.0.clone(),
                (Credentials::Bearer { token }, Part::Token) => token.0.clone(),
                _ => return None,
            },
        })
    }

    /// Sets a part of it, unless it has none, or the text is none of its words.
    pub fn set(self, stores: &mut Stores, part: Part, text: &str) {
        let _none_to_set = self.write(stores, part, text);
    }

    fn write(self, stores: &mut Stores, part: Part, text: &str) -> Option<()> {
        let trimmed = || text.trim().to_owned();
        match part {
            Part::Endpoint => self.sent_mut(stores)?.endpoint = trimmed(),
            Part::Form => self.sent_mut(stores)?.form = meant(&FORMS, text)?,
            Part::Packed => self.sent_mut(stores)?.packed = text.parse().ok()?,
            Part::Hint => stores.asked.hint = meant(&HINTS, text)?,
            Part::Grafana => stores.asked.grafana = trimmed(),
            Part::Tenant => self.access_mut(stores)?.tenant = trimmed(),
            Part::Name(at) => self.access_mut(stores)?.headers.get_mut(at)?.name = trimmed(),
            Part::Value(at) => {
                self.access_mut(stores)?.headers.get_mut(at)?.value = Secret(trimmed());
            }
            Part::Credentials => {
                self.access_mut(stores)?.credentials = match text {
                    BASIC => {
                        Credentials::Basic { user: String::new(), password: Secret::default() }
                    }
                    BEARER => Credentials::Bearer { token: Secret::default() },
                    _ => Credentials::None,
                };
            }
            Part::User | Part::Password | Part::Token => {
                match (&mut self.access_mut(stores)?.credentials, part) {
                    (Credentials::Basic { user, .. }, Part::User) => *user = trimmed(),
                    // A password may begin with a space.
                    (Credentials::Basic { password, .. }, Part::Password) => {
                        *password = Secret(text.to_owned());
                    }
                    (Credentials::Bearer { token }, Part::Token) => *token = Secret(trimmed()),
                    _ => return None,
                }
            }
        }
        Some(())
    }

    /// What is wrong with a part of it, for people.
    #[must_use]
    pub fn flaw(self, stores: &Stores, part: Part) -> Option<String> {
        let flaw = match part {
            Part::Endpoint => return address(&self.sent(stores)?.endpoint),
            Part::Grafana => {
                let uid = Some(&stores.asked.grafana).filter(|uid| !uid.is_empty())?;
                credential::grafana("", uid).err()?
            }
            Part::User | Part::Password | Part::Token => {
                let credentials = self.access(stores)?.credentials.clone();
                let flaw = Access { credentials, ..Access::default() }.check().err()?;
                // Name and password are one, and each says only what is wrong with itself.
                Some(flaw).filter(|flaw| (about(flaw) == "password") == (part == Part::Password))?
            }
            Part::Tenant => {
                let tenant = self.access(stores)?.tenant.clone();
                Access { tenant, ..Access::default() }.check().err()?
            }
            Part::Name(at) => header(self.access(stores)?, at).filter(|flaw| !of_value(flaw))?,
            Part::Value(at) => header(self.access(stores)?, at).filter(of_value)?,
            Part::Form | Part::Packed | Part::Hint | Part::Credentials => return None,
        };
        Some(said(&flaw))
    }
}

fn word<T: Copy + PartialEq>(words: &[(T, &str)], it: T) -> String {
    words.iter().find(|(known, _)| *known == it).map_or("", |(_, word)| word).to_owned()
}

fn meant<T: Copy>(words: &[(T, &str)], text: &str) -> Option<T> {
    words.iter().find(|(_, word)| *word == text).map(|(it, _)| *it)
}

fn address(endpoint: &str) -> Option<String> {
    match stores::check_address(endpoint).err()? {
        stores::Address::Empty => Some(
            "Not saved yet: there is no address, wanted the URL of an OTLP receiver.".to_owned(),
        ),
        flaw => Some(format!("Not saved: {flaw}.")),
    }
}

fn said(flaw: &Flaw) -> String {
    let yet = if matches!(flaw, Flaw::Empty { .. }) { " yet" } else { "" };
    format!("Not saved{yet}: {flaw}.")
}

/// What is wrong with a header, by itself or beside those before it.
fn header(access: &Access, at: usize) -> Option<Flaw> {
    let alone = Access { headers: vec![access.headers.get(at)?.clone()], ..Access::default() };
    alone.check().err().or_else(|| {
        let others = access.headers.get(..at)?;
        let name = &access.headers.get(at)?.name;
        let same = |other: &Header| other.name.eq_ignore_ascii_case(name);
        let known = name.eq_ignore_ascii_case("authorization")
            && access.credentials != Credentials::None
            || others.iter().any(same);
        known.then(|| Flaw::Twice { name: name.to_ascii_lowercase() })
    })
}

/// Whether a header's flaw is in its value.
fn of_value(flaw: &Flaw) -> bool {
    about(flaw).ends_with("value")
}

/// What a flaw is in; empty where it is in no one text.
const fn about(flaw: &Flaw) -> &'static str {
    match flaw {
        Flaw::Empty { what } | Flaw::Character { what, .. } => what,
        _ => "",
    }
}

#[cfg(test)]
mod tests;
