//! A person with a browser who fills in the issuer's forms.

use http::Request;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use url::Url;

use crate::outbound;

/// Signs in as `login`, agrees to everything, and answers the query with which the issuer sends the browser back.
pub async fn sign_in(at: &Url, login: &str) -> String {
    Browser::default().walk(at, &format!("prompt=login&login={login}&password=any")).await
}

/// Presses “cancel” where the issuer asks who it is.
pub async fn decline(at: &Url) -> String {
    let mut browser = Browser::default();
    let form = browser.go("GET", at, "").await.unwrap();
    let abort = form.join(&format!("{}/abort", form.path())).unwrap();
    let next = browser.go("GET", &abort, "").await.unwrap();
    browser.go("GET", &next, "").await.unwrap().query().unwrap().to_owned()
}

#[derive(Default)]
struct Browser {
    /// Name, value, path.
    cookies: Vec<(String, String, String)>,
}

impl Browser {
    async fn walk(&mut self, at: &Url, login: &str) -> String {
        let mut url = at.clone();
        for _ in 0..10 {
            if url.host_str() == Some("shop.example") {
                return url.query().unwrap().to_owned();
            }
            let next = if url.path().starts_with("/interaction/") {
                let (_, page) = self.ask("GET", &url, "").await;
                let form = if page.contains("name=\"password\"") { login } else { "prompt=consent" };
                self.go("POST", &url, form).await
            } else {
                self.go("GET", &url, "").await
            };
            url = next.unwrap();
        }
        panic!("the issuer sends the browser around in circles: {url}");
    }

    async fn go(&mut self, method: &str, url: &Url, form: &str) -> Option<Url> {
        let (location, page) = self.ask(method, url, form).await;
        assert!(location.is_some(), "{method} {url} leads nowhere: {page}");
        Some(url.join(&location?).unwrap())
    }

    async fn ask(&mut self, method: &str, url: &Url, form: &str) -> (Option<String>, String) {
        let fitting = self.cookies.iter().filter(|(_, _, path)| url.path().starts_with(path.as_str()));
        let cookies: Vec<_> = fitting.map(|(name, value, _)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(COOKIE, cookies.join("; "))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.as_bytes().to_vec());
        let answer = outbound().send(request.unwrap()).await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        let location = answer.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        (location, String::from_utf8_lossy(answer.body()).into_owned())
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, rest) = cookie.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        let path = rest.split("path=").nth(1).unwrap().split(';').next().unwrap().to_owned();
        self.cookies.retain(|(known, _, at)| known != name || *at != path);
        if !value.is_empty() {
            self.cookies.push((name.to_owned(), value.to_owned(), path));
        }
    }
}
