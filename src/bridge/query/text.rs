//! Answers as text: what they hold and nothing around it, for who asked knows what was asked.

use trace::json::{self, Error};

use super::{Answer, Question};

impl Answer {
    /// Writes it as JSON.
    #[must_use]
    pub fn write(&self) -> String {
        match self {
            Self::Sessions(lines) => json::write(lines),
            Self::Session(details) => json::write(details),
            Self::Pages(pages) => json::write(pages),
            Self::Errors(lines) => json::write(lines),
            Self::Error(rows) => json::write(rows),
            Self::Calls(calls) => json::write(calls),
            Self::Route(rows) => json::write(rows),
            Self::Usage(usage) => json::write(usage),
        }
    }

    /// Reads the answer to a question.
    ///
    /// # Errors
    /// When the text is no answer to it.
    pub fn read(question: &Question, text: &str) -> Result<Self, Error> {
        Ok(match question {
            Question::Sessions(_) => Self::Sessions(json::read(text)?),
            Question::Session { .. } => Self::Session(json::read(text)?),
            Question::Pages { .. } => Self::Pages(json::read(text)?),
            Question::Errors { .. } => Self::Errors(json::read(text)?),
            Question::Error { .. } => Self::Error(json::read(text)?),
            Question::Calls { .. } => Self::Calls(json::read(text)?),
            Question::Route { .. } => Self::Route(json::read(text)?),
            Question::Usage { .. } => Self::Usage(json::read(text)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Calls, CallsLine, ErrorLine, PageLine, Pages, Range, SessionDetails, SessionFilter,
        SessionLine, Usage, UsageDay,
    };
    use super::*;
    use trace::digest::{CallRow, ErrorRow, PageRow};
    use trace::{SpanId, Timestamp, TraceId};

    fn pairs() -> Vec<(Question, Answer)> {
        let (since, until) = (Timestamp::from_nanos(1), Timestamp::from_nanos(1 << 60));
        let range = Range { since, until };
        let trace = TraceId::from_bytes(&[7; 16]).ok();
        let span = SpanId::from_bytes(&[8; 8]).ok();
        let page = PageRow { trace, span, start: until, millis: 1.5, ..PageRow::default() };
        let line = SessionLine { session: "s\"\n".to_owned(), pages: 3, ..SessionLine::default() };
        let rules = vec![String::new()];
        vec![
            (Question::Sessions(SessionFilter::default()), Answer::Sessions(vec![line.clone()])),
            (
                Question::Sessions(SessionFilter {
                    range: Some(range),
                    user: "é".to_owned(),
                    ..SessionFilter::default()
                }),
                Answer::Sessions(Vec::new()),
            ),
            (
                Question::Session { session: "s".to_owned(), slow: 3 },
                Answer::Session(Some(Box::new(SessionDetails {
                    line,
                    pages: vec![PageLine { page: page.clone(), ..PageLine::default() }],
                    ..SessionDetails::default()
                }))),
            ),
            (Question::Session { session: String::new(), slow: 0 }, Answer::Session(None)),
            (
                Question::Pages { range, rules: rules.clone() },
                Answer::Pages(Pages { slowest: vec![page], ..Pages::default() }),
            ),
            (Question::Errors { range }, Answer::Errors(vec![ErrorLine::default()])),
            (
                Question::Error { fingerprint: "f".to_owned() },
                Answer::Error(vec![ErrorRow { trace, line: 5, ..ErrorRow::default() }]),
            ),
            (
                Question::Calls { range, rules: rules.clone() },
                Answer::Calls(Calls {
                    routes: vec![CallsLine { slowest: trace.zip(span), ..CallsLine::default() }],
                    ..Calls::default()
                }),
            ),
            (
                Question::Route {
                    range,
                    rules,
                    method: "GET".to_owned(),
                    route: "a/:id".to_owned(),
                    failed: true,
                },
                Answer::Route(vec![CallRow { status: Some(500), ..CallRow::default() }]),
            ),
            (
                Question::Usage { range, zone: -60 },
                Answer::Usage(Usage {
                    days: vec![UsageDay { since, spans: 1, lost: 2 }],
                    ..Usage::default()
                }),
            ),
        ]
    }

    #[test]
    fn questions_and_answers_come_back_as_they_were() {
        for (question, answer) in pairs() {
            let text = json::write(&question);
            assert_eq!(json::read::<Question>(&text).as_ref(), Ok(&question), "{text}");
            let text = answer.write();
            assert_eq!(Answer::read(&question, &text), Ok(answer), "{text}");
        }
    }

    #[test]
    fn an_answer_to_something_else_is_refused() {
        let (question, _) = &pairs()[0];
        assert!(Answer::read(question, "{}").is_err());
        assert!(Answer::read(question, "[{\"pages\":\"many\"}]").is_err());
    }
}
