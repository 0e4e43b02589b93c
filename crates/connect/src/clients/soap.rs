//! Calls over SOAP 1.1 and 1.2: an envelope out, and what is in its body back.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use http::{Request, Response};
use kernel::Timestamp;
use outbound::Outbound;
use quick_xml::escape::escape;

use crate::PartnerError;
use crate::clients::soap_security::Login;
use crate::clients::xml::{self, Element};
use crate::error::shown;

const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// Between the three times that a call is made which may arrive twice, as all of `erp.wsdl` may.
const PAUSES: ExponentialBuilder =
    ExponentialBuilder::new().with_min_delay(Duration::from_millis(200)).with_max_times(2).with_jitter();

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    V11,
    V12,
}

/// Where calls go to, and in which words.
pub struct Endpoint {
    pub outbound: Outbound,
    pub address: String,
    pub version: Version,
    pub namespace: &'static str,
    pub login: Option<Login>,
}

impl Endpoint {
    /// Calls an operation; answers its `…Response` element. A failure that can pass is tried again after a pause.
    pub async fn call(
        &self,
        operation: &str,
        fields: &[(&str, String)],
        now: impl Fn() -> Timestamp,
    ) -> Result<Element, PartnerError> {
        let call = || self.once(operation, fields, now());
        call.retry(PAUSES).when(PartnerError::again).await
    }

    async fn once(
        &self,
        operation: &str,
        fields: &[(&str, String)],
        now: Timestamp,
    ) -> Result<Element, PartnerError> {
        let action = format!("{}#{operation}", self.namespace);
        let request = Request::post(self.address.as_str());
        let request = match self.version {
            Version::V11 => request
                .header("content-type", "text/xml; charset=utf-8")
                .header("soapaction", format!("\"{action}\"")),
            Version::V12 => request
                .header("content-type", format!("application/soap+xml; charset=utf-8; action=\"{action}\"")),
        };
        let body = self.envelope(operation, fields, now).into_bytes();
        let request = request.body(body).map_err(|_| {
            PartnerError::Outside(outbound::OutboundError::Address { text: shown(&self.address) })
        })?;
        let answer = self.outbound.send(request).await.map_err(|error| match error {
            outbound::OutboundError::TooLarge { .. } => PartnerError::Hostile("it is too large"),
            error => error.into(),
        })?;
        self.result(operation, &answer)
    }

    fn envelope(&self, operation: &str, fields: &[(&str, String)], now: Timestamp) -> String {
        let soap = match self.version {
            Version::V11 => SOAP_11,
            Version::V12 => SOAP_12,
        };
        let header = self.login.as_ref().map(|login| login.header(now)).unwrap_or_default();
        let fields: String = fields
            .iter()
            .map(|(name, value)| format!("<e:{name}>{}</e:{name}>", escape(value.as_str())))
            .collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"{soap}\" xmlns:e=\"{}\"><s:Header>{header}</s:Header>\
             <s:Body><e:{operation}>{fields}</e:{operation}></s:Body></s:Envelope>",
            self.namespace
        )
    }

    fn result<B: AsRef<[u8]>>(&self, operation: &str, answer: &Response<B>) -> Result<Element, PartnerError> {
        let status = answer.status().as_u16();
        if ![200, 400, 500].contains(&status) {
            let refused = [401, 403].contains(&status);
            return Err(if refused { PartnerError::Refused } else { PartnerError::Status(status) });
        }
        let envelope = match xml::read(answer.body().as_ref()) {
            Err(PartnerError::Unreadable(_)) if status != 200 => return Err(PartnerError::Status(status)),
            read => read?,
        };
        let unlike = |what: &str| PartnerError::Unreadable(format!("it is no {what}"));
        let soap = [SOAP_11, SOAP_12].into_iter().find(|soap| envelope.is(soap, "Envelope"));
        let soap = soap.ok_or_else(|| unlike("envelope of SOAP"))?;
        let body = envelope.children.into_iter().find(|child| child.is(soap, "Body"));
        let inside = body.and_then(|body| body.children.into_iter().next());
        let inside = inside.ok_or_else(|| unlike("answer, for its body is empty"))?;
        if inside.is(soap, "Fault") {
            return Err(fault(&inside));
        }
        let expected = format!("{operation}Response");
        if inside.is(self.namespace, &expected) { Ok(inside) } else { Err(unlike(&expected)) }
    }
}

/// Each version has its own words for whose fault it is.
fn fault(fault: &Element) -> PartnerError {
    let code = fault.child("Code");
    let (code, text) = match code {
        Some(code) => {
            let sub = code.child("Subcode").and_then(|sub| sub.field("Value"));
            let text = fault.child("Reason").and_then(|reason| reason.field("Text"));
            (sub.or_else(|| code.field("Value")), text)
        }
        None => (fault.field("faultcode"), fault.field("faultstring")),
    };
    let code = shown(code.unwrap_or("Server"));
    let word = code.rsplit(':').next().unwrap_or_default();
    let secret = ["FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken", "FailedCheck"];
    if secret.contains(&word) {
        return PartnerError::Refused;
    }
    let ours = word.starts_with("Client") || word.starts_with("Sender");
    PartnerError::Fault { text: shown(text.unwrap_or("no reason was given.")), ours, code }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outbound::Policy;
    use zeroize::Zeroizing;

    const NS: &str = "urn:galleria:erp:1";

    fn endpoint(version: Version, login: Option<Login>) -> Endpoint {
        let outbound = Outbound::new(Policy::default()).unwrap();
        Endpoint { outbound, address: "https://erp.example".into(), version, namespace: NS, login }
    }

    fn answered(status: u16, body: &str) -> Result<Element, PartnerError> {
        let answer = Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap();
        endpoint(Version::V11, None).result("GetProducts", &answer)
    }

    fn wrapped(soap: &str, inside: &str) -> String {
        format!("<x:Envelope xmlns:x=\"{soap}\"><x:Header/><x:Body>{inside}</x:Body></x:Envelope>")
    }

    #[test]
    fn what_is_sent_stays_within_its_element() {
        let login = Login { username: "a<b".into(), password: Zeroizing::new("hush".into()) };
        let now = Timestamp::from_micros(0);
        let text = endpoint(Version::V12, Some(login)).envelope(
            "GetProducts",
            &[("since", "</e:since><e:page>9".into())],
            now,
        );
        let envelope = xml::read(text.as_bytes()).unwrap();
        assert!(envelope.is(SOAP_12, "Envelope"));
        let asked = &envelope.child("Body").unwrap().children[0];
        assert!(asked.is(NS, "GetProducts") && asked.children.len() == 1);
        assert_eq!(asked.field("since"), Some("</e:since><e:page>9"));
        assert!(!text.contains("hush"), "the password itself is never sent");
    }

    #[test]
    fn an_answer_counts_in_its_own_namespace_only() {
        let right = format!("<r xmlns=\"{NS}\"/>").replace("<r", "<GetProductsResponse");
        assert!(answered(200, &wrapped(SOAP_11, &right)).is_ok());
        assert!(answered(200, &wrapped(SOAP_12, &right)).is_ok());
        for wrong in [
            wrapped(SOAP_11, "<GetProductsResponse xmlns=\"urn:other\"/>"),
            wrapped(SOAP_11, ""),
            wrapped("urn:other", &right),
            right.clone(),
            "<html>".into(),
        ] {
            assert!(matches!(answered(200, &wrong), Err(PartnerError::Unreadable(_))), "{wrong}");
        }
    }

    #[test]
    fn a_fault_says_whose_it_is_in_both_versions() {
        let old = |code: &str| {
            format!("<x:Fault><faultcode>{code}</faultcode><faultstring>Full</faultstring></x:Fault>")
        };
        let new = "<x:Fault><x:Code><x:Value>x:Sender</x:Value></x:Code><x:Reason><x:Text>No</x:Text></x:Reason></x:Fault>";
        let error = |soap: &str, inside: &str| answered(500, &wrapped(soap, inside)).unwrap_err();
        assert!(error(SOAP_11, &old("x:Server")).again());
        assert!(!error(SOAP_11, &old("x:Client.Authorization")).again());
        assert!(!error(SOAP_12, new).again());
        assert_eq!(error(SOAP_11, &old("wsse:FailedAuthentication")), PartnerError::Refused);
        assert_eq!(answered(500, "oops").unwrap_err(), PartnerError::Status(500));
        assert_eq!(answered(401, "").unwrap_err(), PartnerError::Refused);
    }
}
