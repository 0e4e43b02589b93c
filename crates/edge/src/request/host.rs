//! What a request names: its host, and its path. Both are read once, before anything is looked up by them.

use axum::body::Body;
use axum::http::header::{HOST, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, Version};
use axum::response::Response;
use kernel::{CorrelationId, Problem};
use percent_encoding::percent_decode_str;

use super::body::no_nul;
use crate::answer;
use crate::problems::HOST_UNCLEAR;

/// Why nobody can say what a request names.
#[derive(Clone)]
pub(crate) struct Unclear(pub(crate) Problem);

/// Settles for which host a request is, so that from here on the header `Host` alone says it; what is not clear is
/// answered by the one middleware, as everything that is refused.
pub(crate) fn settle<B>(request: &mut Request<B>) {
    let settled = path(request).and_then(|()| host(request));
    match settled {
        Ok(Some(host)) => {
            request.headers_mut().insert(HOST, host);
        }
        Ok(None) => {}
        Err(problem) => {
            request.extensions_mut().insert(Unclear(problem));
        }
    }
}

/// RFC 9112, 3.2: one `Host`, and a target that names a host wins over it. In HTTP/2 both must say the same (RFC 9113,
/// 8.3.1): who stands in front of us may have gone by the other one.
fn host<B>(request: &Request<B>) -> Result<Option<HeaderValue>, Problem> {
    let mut said = request.headers().get_all(HOST).iter();
    let (header, second) = (said.next(), said.next());
    if second.is_some() {
        return Err(unclear("It has two Host headers."));
    }
    let target = request.uri().authority().map(|authority| authority.as_str());
    let named = match (target, header.map(HeaderValue::as_bytes)) {
        (Some(target), Some(header))
            if request.version() > Version::HTTP_11 && !header.eq_ignore_ascii_case(target.as_bytes()) =>
        {
            return Err(unclear("Its :authority and its Host say different things."));
        }
        (_, None) if request.version() == Version::HTTP_11 => return Err(unclear("It has no Host header.")),
        (Some(target), _) => target.as_bytes(),
        (None, Some(header)) => header,
        (None, None) => return Ok(None),
    };
    if !named.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(byte)) {
        return Err(unclear("Its host holds a sign that no host has."));
    }
    HeaderValue::from_bytes(named).map(Some).map_err(|_| unclear("Its host cannot be read."))
}

/// No text that reaches a database holds the character NUL: not every one can keep it, and nobody types it. So nothing
/// has a name that holds it, and no filter finds any.
fn path<B>(request: &Request<B>) -> Result<(), Problem> {
    let uri = request.uri();
    let path = percent_decode_str(uri.path()).decode_utf8();
    if !path.is_ok_and(|path| !path.contains('\0')) {
        return Err(Problem::not_found("page"));
    }
    match uri.query().unwrap_or_default().split('&').find(|pair| pair.contains("%00")) {
        None => Ok(()),
        Some(pair) => Err(no_nul(pair.split('=').next().unwrap_or_default().to_owned())),
    }
}

/// Where a request that came without encryption is to be sent again.
pub(crate) fn redirect_to_https<B>(request: &Request<B>, port: u16) -> Response {
    let correlation = CorrelationId::new();
    if let Some(Unclear(problem)) = request.extensions().get() {
        return answer::problem(problem.clone(), correlation);
    }
    let host = named(request.headers()).unwrap_or_default();
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let Ok(location) = HeaderValue::try_from(format!("https://{host}{port}{path}")) else {
        return answer::problem(unclear("Its host cannot be read."), correlation);
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(LOCATION, location);
    response
}

/// The host that was asked for, in lower case and without its port.
pub(crate) fn asked_for(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    named(headers).or_else(|| uri.authority().map(|authority| bare(authority.as_str())))
}

/// The same, as its header alone says it.
pub(crate) fn named(headers: &HeaderMap) -> Option<String> {
    headers.get(HOST).and_then(|value| value.to_str().ok()).map(bare)
}

fn bare(named: &str) -> String {
    let bare = match named.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => named,
    };
    bare.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether a host names a machine, by its address or as the one that asks, and so no shop.
pub(crate) fn is_machine(host: &str) -> bool {
    host == "localhost" || host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

fn unclear(what: &str) -> Problem {
    let detail = format!(
        "Nobody can say for which host this request is. {what} Send one Host header, with the host and port of the address that you ask."
    );
    HOST_UNCLEAR.says(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(version: Version, target: &str, hosts: &[&str]) -> Result<String, String> {
        let mut request = Request::builder().version(version).uri(target);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let mut request = request.body(()).unwrap();
        settle(&mut request);
        match request.extensions_mut().remove::<Unclear>() {
            Some(Unclear(problem)) => Err(problem.code.to_string()),
            None => Ok(request.headers().get(HOST).map_or("", |host| host.to_str().unwrap()).to_owned()),
        }
    }

    #[test]
    fn a_request_is_for_one_host_and_its_target_names_it_before_the_header_does() {
        let unclear = || Err("host_unclear".to_owned());
        let one = Version::HTTP_11;
        assert_eq!(settled(one, "/", &["oak.example:8080"]), Ok("oak.example:8080".into()));
        assert_eq!(settled(one, "/", &["oak.example", "elm.example"]), unclear());
        assert_eq!(settled(one, "/", &["oak.example", "oak.example"]), unclear());
        assert_eq!(settled(one, "/", &[]), unclear());
        assert_eq!(settled(Version::HTTP_10, "/", &[]), Ok(String::new()));
        assert_eq!(settled(one, "http://elm.example/a", &["oak.example"]), Ok("elm.example".into()));
        assert_eq!(settled(one, "/", &["oak.example/evil"]), unclear());
        assert_eq!(settled(one, "/", &["me@oak.example"]), unclear());
        let two = Version::HTTP_2;
        assert_eq!(settled(two, "https://oak.example/a", &[]), Ok("oak.example".into()));
        assert_eq!(settled(two, "https://oak.example/a", &["Oak.example"]), Ok("oak.example".into()));
        assert_eq!(settled(two, "https://oak.example/a", &["elm.example"]), unclear());
    }

    #[test]
    fn an_address_holds_no_nul_and_only_letters() {
        for bad in ["/p/%00", "/c/a%00b", "/p/%ff"] {
            assert_eq!(settled(Version::HTTP_11, bad, &["a"]), Err("not_found".into()), "{bad}");
        }
        for bad in ["/search?q=%00", "/search?a=1&b=x%00"] {
            assert_eq!(settled(Version::HTTP_11, bad, &["a"]), Err("invalid".into()), "{bad}");
        }
        for good in ["/p/%E2%82%AC", "/p/%2500", "/search?q=%ff"] {
            assert_eq!(settled(Version::HTTP_11, good, &["a"]), Ok("a".into()), "{good}");
        }
    }

    #[test]
    fn a_host_is_read_without_case_port_or_trailing_dot() {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("Demo.LocalHost.:8080"));
        assert_eq!(asked_for(&Uri::from_static("/"), &headers).as_deref(), Some("demo.localhost"));
        headers.insert(HOST, HeaderValue::from_static("[::1]:8080"));
        assert!(is_machine(&asked_for(&Uri::from_static("/"), &headers).unwrap()));
    }
}
