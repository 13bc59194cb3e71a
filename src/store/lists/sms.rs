//! The filters of text messages. Sender and receiver are `from` and `to` in the API's objects; as
//! parameters those are times everywhere.

use super::filters;
use super::kinds::{Apps, Choice, Ending, Exact, IsTest, NumberOf, Providers, When};
use super::text::{APP, DIGITS, EXACTLY, NUMBER, PROVIDER, SPAN, TESTS, ends, title};
use crate::domain::{AppId, ProviderId, SmsMode, Text};
use crate::store::terms::Field;
use crate::store::{Filter, SmsRow, Span, Tests};

const SENDER: NumberOf<SmsRow> = (Field::Caller, |row| row.sms.from.as_ref());
const RECEIVER: NumberOf<SmsRow> = (Field::Callee, |row| row.sms.to.as_ref());
const X: NumberOf<SmsRow> = (Field::X, |row| row.sms.x.as_ref());

filters! {
    pub struct SmsQuery of SmsRow {
        app: Filter<AppId> as Apps<SmsRow> = Apps { of: |row| Some(row.app) }, APP;
        provider: Filter<ProviderId> as Providers<SmsRow> = Providers { of: |row| Some(row.provider) }, PROVIDER;
        number: Filter<String> as Ending<SmsRow> = Ending::of(&[SENDER, RECEIVER, X]),
            NUMBER.hinted(0, Text::new("号码", "Number"), Text::new("任一方，后四位即可", "any party, last four digits"));
        sender: Filter<String> as Ending<SmsRow> = Ending::among(&[SENDER]),
            ends(title("发送方", "sender"), "From a number that ends so").hinted(1, Text::new("发送方", "From"), DIGITS);
        receiver: Filter<String> as Ending<SmsRow> = Ending::among(&[RECEIVER]),
            ends(title("接收方", "receiver"), "To a number that ends so").hinted(2, Text::new("接收方", "To"), DIGITS);
        x: Filter<String> as Ending<SmsRow> = Ending::among(&[X]),
            ends(title("X 号码", "X"), "Through a privacy number that ends so")
                .hinted(3, Text::new("X 号码", "X number"), DIGITS);
        mode: Filter<SmsMode> as Choice<SmsRow, SmsMode> = Choice::of(Field::Mode, |row, mode| row.sms.mode == *mode),
            title("方式", "mode").api("Whether the message was told or asked about")
                .flag("MODE", "That were told or asked: notify, block").form(1, Text::new("方式", "Mode"));
        sms_id: Filter<String> as Exact<SmsRow> = Exact::of(Field::Session, |row, each| each(&row.sms.sms_id)),
            title("短信标识", "message id").api("The platform's id of the message, exactly")
                .flag("ID", "With this id of the platform").hinted(4, Text::new("短信标识", "Message id"), EXACTLY);
        test: Tests as IsTest<SmsRow> = IsTest { of: |row| row.test }, TESTS;
        span: Span as When<SmsRow> = When { of: |row| row.received_at }, SPAN;
    }
}
