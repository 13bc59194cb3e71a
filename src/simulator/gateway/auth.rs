//! Who asks: Huawei's two schemes, looked at in the order in which its result codes tell.

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Asked, GatewayPlan, Said};
use crate::simulator::sign::Recipe;

const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// A result of Huawei's.
pub(super) fn result(code: &str, words: &str) -> serde_json::Value {
    json!({"resultcode": code, "resultdesc": words})
}

/// Lets a request through that is signed for this application.
pub(super) fn huawei(plan: &GatewayPlan, asked: &Asked) -> Result<(), Said> {
    let bad = |code, words: &str| Err((StatusCode::BAD_REQUEST, result(code, words)));
    let Some(authorization) = asked.header("authorization") else {
        return bad("1023006", "Authorization not contained in the HTTP header.");
    };
    let said = |name: &str| part(authorization, name);
    match (said("realm"), said("profile"), said("type")) {
        (None, _, _) => return bad("1023007", "realm not contained in Authorization."),
        (_, None, _) => return bad("1023008", "profile not contained in Authorization."),
        (_, _, None) => return bad("1023012", "type not contained in Authorization."),
        (Some(realm), _, _) if realm != "SDP" => return bad("1023009", "The value of realm must be SDP."),
        (_, Some(profile), _) if profile != "UsernameToken" => return bad("1023010", "The value of profile is wrong."),
        (_, _, Some(kind)) if kind != "Appkey" => return bad("1023011", "The value of type must be Appkey."),
        _ => {}
    }
    let is_wsse = authorization.starts_with("WSSE ");
    let (recipe, header, codes) = match is_wsse {
        true => (Recipe::Wsse, "x-wsse", ["1023026", "1023027", "1023028", "1023029", "1023030"]),
        // What lacks Created or its digest is not told apart in the pages that were seen.
        false => (Recipe::Aksk, "x-aksk", ["1023033", "1023034", "1023035", "1023006", "1023006"]),
    };
    let Some(token) = asked.header(header) else { return bad(codes[0], "the signature is not contained") };
    let Some(name) = part(token, "Username") else { return bad(codes[1], "Username not contained") };
    let Some(nonce) = part(token, "Nonce") else { return bad(codes[2], "Nonce not contained") };
    let Some(created) = part(token, "Created") else { return bad(codes[3], "Created not contained") };
    let Some(digest) = part(token, "PasswordDigest") else { return bad(codes[4], "PasswordDigest not contained") };
    if name != plan.app_key {
        return Err((StatusCode::FORBIDDEN, result("1010003", "Invalid app_key.")));
    }
    let off = created.parse::<Timestamp>().map(|at| plan.clock.now().duration_since(at).abs());
    if !off.is_ok_and(|off| off <= SKEW) {
        return Err((StatusCode::FORBIDDEN, result("1010013", "Time out limit.")));
    }
    if recipe.digest(&plan.secret, "", nonce, created) != digest {
        return bad("1023006", "Authentication fails.");
    }
    Ok(())
}

fn part<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let from = header.find(&format!("{name}=\""))? + name.len() + 2;
    header[from..].split('"').next()
}
