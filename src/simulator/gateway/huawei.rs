//! 隐私保护通话 in memory: the four modes that keep bindings, and calls that are stopped.
//!
//! One row a binding, whatever its mode: what was posted, with an id and the numbers that were
//! picked. Result codes are the documented ones; where a page leaves the shape of a list open, it
//! is a list of objects with the names of the bind.

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::auth::result;
use super::{Asked, GatewayPlan, Said};

const AX: &str = "/rest/provision/caas/privatenumber/v1.0";
const CALLEE: &str = "/rest/caas/privatenumber/calleenumber/v1.0";
const AXB: &str = "/rest/caas/relationnumber/partners/v1.0";
const AXE: &str = "/rest/caas/extendnumber/v1.0";
const AXYB: &str = "/rest/omp/xyrelationnumber/v1.0";
const STOP: &str = "/rest/httpsessions/callStop/v2.0";

/// X numbers that one A may have at once.
const X_PER_A: usize = 5;

#[derive(Debug, Default)]
pub(super) struct Book {
    rows: Vec<Row>,
    made: u32,
    stopped: Vec<String>,
}

#[derive(Debug)]
struct Row {
    mode: Mode,
    fields: Map<String, Value>,
}

/// A mode, with the names of A and X in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mode {
    name: &'static str,
    a: &'static str,
    x: &'static str,
}

const MODES: [(&str, Mode); 5] = [
    (AX, Mode { name: "ax", a: "origNum", x: "privateNum" }),
    (CALLEE, Mode { name: "ax", a: "origNum", x: "privateNum" }),
    (AXB, Mode { name: "axb", a: "callerNum", x: "relationNum" }),
    (AXE, Mode { name: "axe", a: "bindNum", x: "virtualNum" }),
    (AXYB, Mode { name: "axyb", a: "origNum", x: "relationNum" }),
];

fn no(code: &str, words: &str) -> Said {
    (StatusCode::OK, result(code, words))
}

fn yes(fields: Value) -> Said {
    let mut said = json!({"resultcode": "0", "resultdesc": "Success"});
    if let (Value::Object(said), Value::Object(fields)) = (&mut said, fields) {
        said.extend(fields);
    }
    (StatusCode::OK, said)
}

fn missing(field: &str) -> Said {
    no("1010002", &format!("Invalid request: {field}"))
}

impl Book {
    pub(super) fn answer(&mut self, plan: &GatewayPlan, asked: &Asked) -> Said {
        if asked.path == STOP && asked.method == Method::POST {
            return self.stop(asked);
        }
        let Some((_, mode)) = MODES.into_iter().find(|(path, _)| *path == asked.path) else {
            return (StatusCode::NOT_FOUND, Value::Null);
        };
        if plan.mode.as_deref().is_some_and(|only| only != mode.name) {
            return (StatusCode::FORBIDDEN, result("1010040", "The app_key is not allowed to invoke the API."));
        }
        if asked.path == AXYB && asked.param("app_key") != Some(&plan.app_key) {
            return missing("app_key");
        }
        match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", AXYB) if asked.body.contains_key("subscriptionId") => self.bind_y(plan, mode, asked),
            ("POST", _) => self.bind(plan, mode, asked),
            ("PUT", CALLEE) => self.change(mode, asked, &["calleeNum"]),
            ("PUT", AXYB) => (StatusCode::METHOD_NOT_ALLOWED, Value::Null),
            ("PUT", _) => self.change(mode, asked, &[]),
            ("DELETE", _) => self.unbind(mode, asked),
            ("GET", _) => self.query(mode, asked),
            _ => (StatusCode::METHOD_NOT_ALLOWED, Value::Null),
        }
    }

    fn bind(&mut self, plan: &GatewayPlan, mode: Mode, asked: &Asked) -> Said {
        let mut fields = asked.body.clone();
        let needed: &[&str] = match mode.name {
            "ax" => &["origNum", "calleeNumDisplay"],
            "axb" => &["callerNum", "calleeNum"],
            "axe" => &["bindNum"],
            _ => &["origNum", "areaCode"],
        };
        if let Some(field) = needed.iter().find(|field| text(&fields, field).is_none()) {
            return missing(field);
        }
        let a = text(&fields, mode.a).unwrap_or_default();
        let mine = self.rows.iter().filter(|row| row.mode == mode && row.text(mode.a) == Some(&a)).count();
        if matches!(mode.name, "ax" | "axyb") && mine >= X_PER_A {
            return no("1011003", "The subscriber has bound too many numbers.");
        }
        let x = match text(&fields, mode.x) {
            Some(x) if !plan.numbers.contains(&x) => return no("1011001", "The account does not exist."),
            Some(x) => x,
            None => match plan.numbers.iter().find(|x| self.is_free(mode, x, &fields)) {
                Some(x) => x.clone(),
                None => return no("1012001", "Resource of number is not enough."),
            },
        };
        if mode.name == "axe" && text(&fields, "extendNum").is_none() {
            let taken = |e: &String| self.on(mode, &x).any(|row| row.text("extendNum") == Some(e));
            let Some(extension) = (1..10_000).map(|n| format!("{n:04}")).find(|e| !taken(e)) else {
                return no("1012001", "Resource of number is not enough.");
            };
            fields.insert("extendNum".to_owned(), extension.into());
        }
        if !self.is_free(mode, &x, &fields) {
            return match mode.name {
                "ax" | "axyb" => no("1011005", "Resources have been allocated."),
                _ => no("1012010", "The relation number has been bound."),
            };
        }
        self.made += 1;
        let id = format!("sub-{}-{:06}", mode.name, self.made);
        fields.insert("subscriptionId".to_owned(), id.as_str().into());
        fields.insert(mode.x.to_owned(), x.as_str().into());
        let said = match mode.name {
            "axyb" => json!({"subscriptionId": id, "relationNumber": x}),
            "axe" => json!({"subscriptionId": id, "virtualNum": x, "bindNum": a, "extendNum": fields["extendNum"]}),
            "axb" => json!({"subscriptionId": id, "relationNum": x, "callerNum": a, "calleeNum": fields["calleeNum"]}),
            _ => json!({"subscriptionId": id, "privateNum": x, "origNum": a}),
        };
        self.rows.push(Row { mode, fields });
        yes(said)
    }

    /// B gets a Y on the binding of A and X.
    fn bind_y(&mut self, plan: &GatewayPlan, mode: Mode, asked: &Asked) -> Said {
        let Some(b) = text(&asked.body, "origNum") else { return missing("origNum") };
        let used: Vec<String> = self.rows.iter().flat_map(|row| row.numbers(mode)).collect();
        let Some(row) = self.rows.iter_mut().find(|row| row.mode == mode && row.is(asked)) else {
            return no("1012001", "The binding does not exist.");
        };
        let Some(y) = plan.numbers.iter().find(|number| !used.contains(number)) else {
            return no("1012001", "Resource of number is not enough.");
        };
        let pairs = row.fields.entry("ybList").or_insert_with(|| json!([]));
        if let Some(pairs) = pairs.as_array_mut() {
            pairs.push(json!({"yNum": y, "bNum": b}));
        }
        yes(json!({"subscriptionId": row.fields["subscriptionId"], "relationNumber": y}))
    }

    fn change(&mut self, mode: Mode, asked: &Asked, needed: &[&str]) -> Said {
        if let Some(field) = needed.iter().find(|field| text(&asked.body, field).is_none()) {
            return missing(field);
        }
        let Some(row) = self.rows.iter_mut().find(|row| row.mode == mode && row.is(asked)) else {
            return no(if mode.name == "ax" { "1011004" } else { "1012001" }, "The binding does not exist.");
        };
        let kept = ["subscriptionId", mode.x];
        let changed = asked.body.iter().filter(|(name, _)| !kept.contains(&name.as_str()));
        row.fields.extend(changed.map(|(name, value)| (name.clone(), value.clone())));
        yes(json!({}))
    }

    fn unbind(&mut self, mode: Mode, asked: &Asked) -> Said {
        if let Some(part) = asked.param("yNum").or(asked.param("bNum")) {
            let part = part.to_owned();
            for row in self.rows.iter_mut().filter(|row| row.mode == mode && row.is(asked)) {
                if let Some(pairs) = row.fields.get_mut("ybList").and_then(Value::as_array_mut) {
                    pairs.retain(|pair| pair["yNum"] != part.as_str() && pair["bNum"] != part.as_str());
                }
            }
            return yes(json!({}));
        }
        let before = self.rows.len();
        self.rows.retain(|row| row.mode != mode || !row.is(asked));
        match (before == self.rows.len(), mode.name) {
            (false, _) => yes(json!({})),
            (true, "ax") => no("1011004", "The number does not exist."),
            (true, _) => no("1012001", "The binding does not exist."),
        }
    }

    fn query(&self, mode: Mode, asked: &Asked) -> Said {
        let found: Vec<&Row> = self.rows.iter().filter(|row| row.mode == mode && row.is(asked)).collect();
        let number = |name: &str, default: usize| asked.param(name).and_then(|n| n.parse().ok()).unwrap_or(default);
        let (page, size) = (number("pageIndex", 1).max(1), number("pageSize", 50).max(1));
        let rows: Vec<Value> =
            found.iter().skip((page - 1) * size).take(size).map(|row| Value::Object(row.fields.clone())).collect();
        match (found.first(), mode.name) {
            (None, _) => no("1012007", "The binding does not exist."),
            (Some(row), "axe") => yes(Value::Object(row.fields.clone())),
            (Some(_), "ax") => yes(json!({"privateNumList": rows})),
            (Some(_), _) => yes(json!({"totalCount": found.len(), "relationNumList": rows})),
        }
    }

    fn stop(&mut self, asked: &Asked) -> Said {
        let Some(session) = text(&asked.body, "sessionid") else { return missing("sessionid") };
        if text(&asked.body, "signal").as_deref() != Some("call_stop") {
            return missing("signal");
        }
        if self.stopped.contains(&session) {
            return no("1020152", "Invalid session id.");
        }
        self.stopped.push(session);
        yes(json!({}))
    }

    fn on<'a>(&'a self, mode: Mode, x: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.mode == mode && row.numbers(mode).iter().any(|number| number == x))
    }

    /// Whether X takes this binding as well.
    fn is_free(&self, mode: Mode, x: &str, fields: &Map<String, Value>) -> bool {
        let parties = |fields: &Map<String, Value>| ["callerNum", "calleeNum"].map(|name| text(fields, name));
        match mode.name {
            "axb" => {
                let [a, b] = parties(fields);
                self.on(mode, x).all(|row| parties(&row.fields).iter().all(|known| *known != a && *known != b))
            }
            "axe" => {
                let wanted = text(fields, "extendNum");
                wanted.is_none() || self.on(mode, x).all(|row| text(&row.fields, "extendNum") != wanted)
            }
            _ => self.on(mode, x).next().is_none(),
        }
    }
}

impl Row {
    fn text(&self, name: &str) -> Option<&String> {
        match self.fields.get(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    fn numbers(&self, mode: Mode) -> Vec<String> {
        let pairs = self.fields.get("ybList").and_then(Value::as_array).into_iter().flatten();
        let ys = pairs.filter_map(|pair| pair["yNum"].as_str().map(str::to_owned));
        self.text(mode.x).cloned().into_iter().chain(ys).collect()
    }

    /// Whether a request means this binding: by its id, or by every number that it gives.
    fn is(&self, asked: &Asked) -> bool {
        let given = |name: &str| asked.param(name).map(str::to_owned).or_else(|| text(&asked.body, name));
        if let Some(id) = given("subscriptionId") {
            return self.text("subscriptionId") == Some(&id);
        }
        let mut names = vec![self.mode.x, "extendNum"];
        if asked.method != Method::PUT {
            names.push(self.mode.a);
        }
        let named: Vec<_> = names.into_iter().filter_map(|name| Some((name, given(name)?))).collect();
        !named.is_empty() && named.iter().all(|(name, value)| self.text(name) == Some(value))
    }
}

fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}
