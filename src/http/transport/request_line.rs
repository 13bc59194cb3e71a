//! The line of a request that no parser takes.

/// The target of the request line in these bytes; `None` unless it is a POST.
pub(super) fn target_of(head: &[u8]) -> Option<String> {
    let line = head.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let target = line.strip_prefix(b"POST ")?;
    let target = String::from_utf8_lossy(target);
    let end = target.rfind(" HTTP/").unwrap_or(target.len());
    Some(target[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_found_in_a_line_that_no_parser_takes() {
        assert_eq!(
            target_of(b"POST /callbacks/t /status HTTP/1.1\r\nHost: a\r\n").as_deref(),
            Some("/callbacks/t /status")
        );
        assert_eq!(target_of(b"POST /cut").as_deref(), Some("/cut"));
        assert_eq!(target_of(b"GET / HTTP/1.1\r\n"), None);
        assert_eq!(target_of(b"\x16\x03\x01"), None);
    }
}
