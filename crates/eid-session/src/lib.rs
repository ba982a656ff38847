//! One activation at the card: claim, show who asks, read, PIN, sign, upload, return. No window and no reader here.
