use proptest::prelude::*;

use super::*;

#[test]
fn a_number_is_hidden_in_whatever_spelling() {
    for (text, masked) in [
        ("call 13812340021 back", "call 138****0021 back"),
        ("call 138.0000.0021", "call 138.****.0021"),
        ("138  0000  0021", "138  ****  0021"),
        ("138 1234 0021", "138 **** 0021"),
        ("138-1234-0021", "138-****-0021"),
        ("138\u{2011}1234\u{2011}0021", "138\u{2011}****\u{2011}0021"),
        ("138-12340021", "138-****0021"),
        ("1381234 0021", "138**** 0021"),
        ("(138) 1234-0021", "(138) ****-0021"),
        ("138\n1234\r\n0021", "138\n****\r\n0021"),
        ("1 3 8 1 2 3 4 0 0 2 1", "1 3 8 * * * * 0 0 2 1"),
        ("138/1234/0021 138_1234_0021", "138/****/0021 138_****_0021"),
        ("+86 138 1234 0021", "+86 138 **** 0021"),
        ("(+86)13812340021", "(+86)138****0021"),
        ("008613812340021,8613812340021", "0086138****0021,86138****0021"),
        ("013812340021", "0138****0021"),
        ("１３８１２３４００２１", "１３８****００２１"),
        ("１３８　１２３４　００２１", "１３８　****　００２１"),
        ("١٣٨١٢٣٤٠٠٢١", "١٣٨****٠٠٢١"),
        ("138\u{200B}1234\u{2060}0021", "138\u{200B}****\u{2060}0021"),
        ("1\u{FE0F}\u{20E3}3812340021", "1\u{FE0F}\u{20E3}38****0021"),
        ("号码13812340021号", "号码138****0021号"),
        ("tel13812340021x", "tel138****0021x"),
        ("0755-28780808", "0755-****0808"),
        ("0755-2878-0808", "0755-****-0808"),
        ("075528780808 01088886666", "0755****0808 010****6666"),
        ("(0755) 2878 0808", "(0755) **** 0808"),
        ("(010)88886666", "(010)****6666"),
        ("+86 (0)755-2878 0808", "+86 (0)755-**** 0808"),
        ("+8675528780808", "+86755****0808"),
        ("8675528780808", "86755****0808"),
        ("4008001234; 400-800-1234; 800 810 8888", "40****1234; 40*-***-1234; 80* *** 8888"),
        ("+85212345678 +852 1234 5678", "+852****5678 +852 **** 5678"),
        ("0085212345678", "00852****5678"),
        ("+1 (415) 555-0100", "+1 (41*) ***-0100"),
        ("+442079460958", "+4420****0958"),
        (
            "+8613812340021_+8615000000002_4_627e5c1f_963036_669_1_0",
            "+86138****0021_+86150****0002_4_627e5c1f_963036_669_1_0",
        ),
        ("a1381234002113912345678b", "a138****0021139****5678b"),
        ("8613812340021008613912345678", "86138****00210086139****5678"),
        ("2026-11-21 138 1234 0021", "2026-11-21 138 **** 0021"),
        ("2026-11-21 10:00:00 13812340021", "2026-11-21 10:00:00 138****0021"),
        ("138-2026-11-30", "138-****-11-30"),
    ] {
        assert_eq!(mask_numbers(text), masked, "{text:?}");
        assert_eq!(mask_numbers(masked), masked, "once is enough: {masked:?}");
    }
}

#[test]
fn escapes_do_not_show_a_number() {
    for (text, masked) in [
        (r"138\n1234\t0021", r"138\n****\t0021"),
        (r"\u0031\u0033812340021", r"\u0031\u00338****0021"),
        (r"138\u00a0\u0031234\u00a00021", r"138\u00a0****\u00a00021"),
        ("&#49;&#x33;812340021", "&#49;&#x33;8****0021"),
        ("138&nbsp;1234&nbsp;0021", "138&nbsp;****&nbsp;0021"),
        ("number=%2B8613812340021&x=138%201234%200021", "number=%2B86138****0021&x=138%20****%200021"),
        ("%EF%BC%91%EF%BC%9312341234%31", "%EF%BC%91%EF%BC%931****234%31"),
        ("5%13812340021", "5%138****0021"),
    ] {
        assert_eq!(mask_numbers(text), masked, "{text:?}");
    }
}

#[test]
fn what_is_no_number_stays_readable() {
    for text in [
        "order-24906488",
        "1201_271_4294967295_20261130015911132@callenabler246.huaweicaas.com",
        "1201_612_4294967295_20260115021100@callenabler246.huaweicaas.com",
        "5a59f265138123400210725ff00aabbcc",
        "5a59f265-1381-4234-8021-0725ff00aabb",
        "202611301380000002", // An order of 18 digits.
        "420000138123400212026",
        "110101199003078515",
        "1764547200000 1764547200",
        "2026-11-21 02:13:21",
        "2026-11-30T01:00:13.123456789Z",
        "2026-11-30 10:00:13.123456789 +0800 12345678",
        "138 2026-11-30",
        "20261130 100000 12",
        "30.11.2026 138",
        "192.168.10.250:8443",
        "¥1234567.89 138000000.21 13.123456789",
        "1 3812340021",
        "12345 1234567 12345678 123456789 1234567890",
        "10086 95188 110",
        "1 2 3",
        "86138",
        "v1.38.12340",
        "138****0021 +86138****0021",
    ] {
        assert_eq!(mask_numbers(text), text);
    }
}

#[test]
fn a_party_that_is_known_is_hidden_within_anything() {
    let of = |text: &str, party: &str| mask_numbers_and(text, &PhoneNumber::parse(party));
    assert_eq!(of("202613812340021999", "13812340021"), "2026138****0021999");
    assert_eq!(of("5a59f265138123400210725ff00aabbcc", "+8613812340021"), "5a59f265138****00210725ff00aabbcc");
    assert_eq!(
        of("at 28780808 or 2878 0808, not 128780808", "0755-28780808"),
        "at ****0808 or **** 0808, not 128780808"
    );
    assert_eq!(of("of 1234567.", "1234567"), "of *****67.");
    assert_eq!(of("1-10086-1", "10086"), "1-10086-1");
    assert_eq!(of("1-24906488-1", "13812340021"), "1-24906488-1");
}

/// A number with what people put between its digits.
fn spelled() -> impl Strategy<Value = (String, String)> {
    let number = prop_oneof![
        "1[3-9][0-9]{9}".prop_map(|n| (n.clone(), n)),
        "1[3-9][0-9]{9}".prop_map(|n| (format!("86{n}"), n)),
        "1[3-9][0-9]{9}".prop_map(|n| (format!("+86{n}"), n)),
        "0755[2-8][0-9]{7}".prop_map(|n| (n.clone(), n)),
        "010[2-8][0-9]{7}".prop_map(|n| (n.clone(), n)),
        "400[0-9]{7}".prop_map(|n| (n.clone(), n)),
        "\\+852[2-9][0-9]{7}".prop_map(|n| (n.clone(), n.trim_start_matches('+').to_owned())),
    ];
    let gap = prop_oneof![
        Just(""),
        Just(" "),
        Just("  "),
        Just("-"),
        Just("."),
        Just("\n"),
        Just("\u{2011}"),
        Just("\u{A0}"),
        Just("\u{3000}"),
        Just("\u{200B}"),
        Just(") "),
        Just("·"),
    ];
    let zero = prop_oneof![Just('0'), Just('０'), Just('٠'), Just('۰')];
    (number, gap, zero).prop_map(|((written, digits), gap, zero)| {
        let shape = |c: char| match c.to_digit(10) {
            Some(value) => char::from_u32(zero as u32 + value).expect("a digit"),
            None => c,
        };
        let ends = written.len();
        let cut = |at: usize| at == ends - 4 || at == ends - 8;
        let spelled = written.chars().enumerate().flat_map(|(at, c)| {
            let gap = if cut(at) { gap } else { "" };
            gap.chars().chain([shape(c)]).collect::<Vec<_>>()
        });
        (spelled.collect(), digits)
    })
}

proptest! {
    #[test]
    fn no_spelling_of_a_number_is_read_in_any_text(
        before in "[^0-9٠-٩+]{0,12}",
        after in "[^0-9٠-٩]{0,12}",
        (spelled, digits) in spelled(),
    ) {
        prop_assume!(!before.contains('+') && before.chars().chain(after.chars()).all(|c| digit(c).is_none()));
        let masked = mask_numbers(&format!("{before}{spelled}{after}"));
        let read: String = masked.chars().filter_map(digit).collect();
        prop_assert!(!read.contains(&digits), "{masked:?} shows {digits}");
        prop_assert!(masked.contains('*'), "{masked:?}");
    }

    #[test]
    fn runs_of_digits_that_are_no_number_stay(
        order in prop_oneof!["[1-9][0-9]{5,8}", "[1-35-79][0-9]{9}", "[1-79][0-9]{13,19}", "[2-7][0-9]{10,12}"],
        word in "(order|订单|no|#|x)[-_: ]?",
    ) {
        let text = format!("{word}{order}");
        prop_assert_eq!(mask_numbers(&text), text);
    }

    #[test]
    fn days_and_times_and_ids_stay(
        t in 0i64..4_000_000_000,
        nanos in 0i32..1_000_000_000,
        id in "[0-9]{0,10}[a-f][0-9a-f]{21,53}",
        amount in "[1-9][0-9]{0,6}\\.[0-9]{2}",
    ) {
        let at = jiff::Timestamp::new(t, nanos).expect("a time");
        let text = format!("{at} {} {amount} {id}", at.strftime("%Y-%m-%d %H:%M:%S"));
        prop_assert_eq!(mask_numbers(&text), text);
    }
}
