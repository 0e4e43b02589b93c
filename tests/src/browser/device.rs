//! The device that keeps a person's passkeys, and what a page asks of it.

use std::fmt::Display;

use serde_json::{Value, json};

use super::Browser;

impl Browser {
    /// From now on there is a device that keeps passkeys, and knows its owner.
    pub fn has_device(&mut self) {
        self.call("WebAuthn.enable", json!({}));
        let options = json!({
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        let added = self.call("WebAuthn.addVirtualAuthenticator", json!({ "options": options }));
        self.device = Some(added["authenticatorId"].as_str().unwrap().to_owned());
    }

    /// The passkeys on the device, private halves included.
    pub fn on_device(&mut self) -> Vec<Value> {
        let device = json!({ "authenticatorId": self.device });
        self.call("WebAuthn.getCredentials", device)["credentials"].as_array().unwrap().clone()
    }

    pub fn remove_from_device(&mut self, passkey: &Value) {
        let which = json!({ "authenticatorId": self.device, "credentialId": passkey["credentialId"] });
        self.call("WebAuthn.removeCredential", which);
    }

    pub fn add_to_device(&mut self, passkey: &Value) {
        let which = json!({ "authenticatorId": self.device, "credential": passkey });
        self.call("WebAuthn.addCredential", which);
    }

    /// What `navigator.credentials.create` answers to these options, or the name of the error.
    pub fn create(&mut self, options: impl Display) -> Result<Value, String> {
        self.ceremony("create", "parseCreationOptionsFromJSON", options)
    }

    /// What `navigator.credentials.get` answers to these options, or the name of the error.
    pub fn get(&mut self, options: impl Display) -> Result<Value, String> {
        self.ceremony("get", "parseRequestOptionsFromJSON", options)
    }

    fn ceremony(&mut self, verb: &str, parse: &str, options: impl Display) -> Result<Value, String> {
        let answer = self.eval(&format!(
            "(async () => {{ try {{
                const publicKey = PublicKeyCredential.{parse}({options});
                const made = await navigator.credentials.{verb}({{ publicKey }});
                return {{ made: made.toJSON() }};
            }} catch (error) {{ return {{ error: error.name }}; }} }})()"
        ));
        if answer["made"].is_object() {
            return Ok(answer["made"].clone());
        }
        Err(answer["error"].as_str().unwrap().to_owned())
    }
}
