//! What 玖云 is answered: `Response` with `statusCode` and `statusMsg`, in the notation it wrote.
//!
//! `0000` is success; the refusals carry codes of its own REST interface. The platform parses
//! none of it: the body is for the person who looks at its logs. A 401 never tells why.

use quick_xml::escape::escape;

use crate::domain::Ack;
use crate::platforms::{BodyForm, Occasion};

/// The REST interface's "parameter error".
const PARAMETER_ERROR: &str = "900098";
/// The REST interface's "unknown error".
const UNKNOWN_ERROR: &str = "900000";

/// The answer on an occasion. XML, the platform's first notation, where none was recognised.
pub(super) fn ack(occasion: &Occasion<'_>) -> Ack {
    match occasion {
        Occasion::Kept(form) => write(200, *form, "0000", "Success"),
        Occasion::Unparsable(error) => {
            write(400, error.form.unwrap_or(BodyForm::Xml), PARAMETER_ERROR, &error.to_string())
        }
        Occasion::Unverified => write(401, BodyForm::Xml, UNKNOWN_ERROR, "Unauthorized"),
    }
}

fn write(status: u16, form: BodyForm, code: &str, message: &str) -> Ack {
    let (content_type, body) = match form {
        BodyForm::Xml => (
            "application/xml; charset=utf-8",
            format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><Response><statusCode>{code}</statusCode>\
                 <statusMsg>{}</statusMsg></Response>",
                escape(message)
            ),
        ),
        BodyForm::Json => (
            "application/json; charset=utf-8",
            format!("{{\"statusCode\":\"{code}\",\"statusMsg\":{}}}", serde_json::Value::from(message)),
        ),
    };
    Ack { status, content_type: content_type.to_owned(), body }
}
