//! What a record holds: each text with its form, and the attribute that it becomes.

use crate::attribute::key;
use crate::record::{Metric, Navigation, Record, Resource, Script, Timing};
use crate::unseen::Unseen;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A URL and nothing else.
    Address,
    /// Words, in which anything may stand.
    Text,
    /// JSON.
    Json,
    /// Headers: `name:value`, a tab between them.
    Headers,
}

use Form::{Address, Headers, Json, Text};

/// A text of a record; the attribute's name is empty where it becomes none that a user could mean.
pub(super) type Field<'a> = (Form, &'static str, &'a mut String);

/// The texts of a request that only the network events told of.
pub(super) fn unseen_fields(unseen: &mut Unseen) -> Vec<Field<'_>> {
    let error = unseen.error.as_mut().map(|error| (Text, key::ERROR_TYPE, error));
    let fields = [
        (Text, key::HTTP_REQUEST_METHOD, &mut unseen.method),
        (Address, key::URL_FULL, &mut unseen.url),
        (Headers, "", &mut unseen.marks),
    ];
    error.into_iter().chain(fields).collect()
}

/// All texts of a record, whoever stated them: a page can put anything into what it forges.
pub(super) fn fields(record: &mut Record) -> Vec<Field<'_>> {
    match record {
        Record::Document(it) => vec![
            (Address, key::URL_FULL, &mut it.url),
            (Address, key::REFERRER, &mut it.referrer),
            (Text, key::USER_AGENT_ORIGINAL, &mut it.user_agent),
            (Text, key::BROWSER_LANGUAGE, &mut it.language),
            (Text, "", &mut it.visibility),
            (Text, "browser.platform", &mut it.platform),
            (Text, "browser.brands", &mut it.brands),
            (Text, "network.connection.type", &mut it.connection),
            (Text, "", &mut it.sdk),
            (Text, key::USER_ID, &mut it.user),
        ],
        Record::Navigation(it) => {
            let Navigation { timing, way, .. } = it.as_mut();
            timed(timing, vec![(Text, key::NAVIGATION_TYPE, way)])
        }
        Record::Resource(it) => {
            let Resource { timing, initiator_type, render_blocking_status } = it.as_mut();
            let more = [
                (Text, key::INITIATOR_TYPE, initiator_type),
                (Text, key::RENDER_BLOCKING, render_blocking_status),
            ];
            timed(timing, more.into())
        }
        Record::Paint(it) => vec![(Text, "", &mut it.name)],
        Record::Request(it) => {
            let error = it.error.as_mut().map(|error| (Text, key::ERROR_TYPE, error));
            let fields = [
                (Text, key::HTTP_REQUEST_METHOD, &mut it.method),
                (Address, key::URL_FULL, &mut it.url),
                (Headers, "", &mut it.marks),
            ];
            error.into_iter().chain(fields).collect()
        }
        Record::Error(it) => vec![
            (Text, "", &mut it.source),
            (Text, key::EXCEPTION_TYPE, &mut it.class),
            (Text, key::EXCEPTION_MESSAGE, &mut it.message),
            (Text, "exception.stacktrace", &mut it.stack),
            (Address, key::URL_FULL, &mut it.url),
        ],
        // Its fields are each redacted by its own name.
        Record::Body(it) => vec![
            (Address, key::URL_FULL, &mut it.url),
            (Text, key::GRAPHQL_OPERATION_NAME, &mut it.operation),
            (Text, key::ACTION_RESPONSE, &mut it.response),
        ],
        Record::Broken(it) => {
            vec![(Address, key::URL_FULL, &mut it.url), (Text, "", &mut it.element)]
        }
        Record::Operation(it) => vec![
            (Text, "", &mut it.way),
            (Text, "", &mut it.role),
            (Text, "", &mut it.name),
            (Text, "", &mut it.selector),
            (Text, "", &mut it.key),
        ],
        Record::Vital(it) => {
            let cause = &mut it.attribution;
            vec![
                (Text, "", &mut it.name),
                (Text, "", &mut it.id),
                (Text, "", &mut it.navigation_type),
                (Text, "", &mut cause.target),
                (Address, key::URL_FULL, &mut cause.url),
                (Text, "", &mut cause.interaction_target),
                (Text, "", &mut cause.interaction_type),
                (Text, "", &mut cause.largest_shift_target),
                (Text, "", &mut cause.load_state),
            ]
        }
        Record::Frame(it) => it.scripts.iter_mut().flat_map(script).collect(),
        Record::Task(it) => vec![(Text, "", &mut it.name)],
        Record::Measure(it) => vec![(Text, "", &mut it.name), (Json, "", &mut it.detail)],
        Record::Page(it) => vec![(Text, "", &mut it.way), (Address, key::URL_FULL, &mut it.url)],
        Record::Turn(it) => vec![(Text, "", &mut it.visibility), (Text, "", &mut it.connection)],
        Record::Hidden(_) | Record::Gap(_) => Vec::new(),
    }
}

fn timed<'a>(timing: &'a mut Timing, mut fields: Vec<Field<'a>>) -> Vec<Field<'a>> {
    fields.push((Address, key::URL_FULL, &mut timing.name));
    fields.push((Text, key::NETWORK_PROTOCOL_NAME, &mut timing.next_hop_protocol));
    fields.push((Text, key::DELIVERY_TYPE, &mut timing.delivery_type));
    fields.extend(
        timing.server_timing.iter_mut().flat_map(|Metric { name, description, .. }| {
            [(Text, "", name), (Text, "", description)]
        }),
    );
    fields
}

fn script(script: &mut Script) -> [Field<'_>; 4] {
    [
        (Text, "", &mut script.invoker),
        (Text, "", &mut script.invoker_type),
        (Address, "code.file.path", &mut script.source_url),
        (Text, "code.function.name", &mut script.source_function_name),
    ]
}
