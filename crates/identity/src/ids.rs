//! The ids of identity.

kernel::ids! {
    AccountId;
    SessionId;
    PasskeyId;
    ServiceKeyId;
    ProviderId;
}
