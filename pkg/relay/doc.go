// Package relay plays Twilio's side of ConversationRelay, and the caller, in one
// session after the other: it says what is sent to an agent over a WebSocket,
// and when, given what the agent sends.
//
//   - [Rules] are what all sessions of a run have in common.
//   - A [Session] is told that the socket is open, what was received, and that
//     time has passed, and answers each time with what is to be sent now and how
//     long to wait then.
//
// The package is pure: no network, no goroutine, no clock. Times are told to it,
// since any moment that stays the same. It recognizes and synthesizes no speech:
// the caller's words are texts, and the agent's are spoken at so many characters
// a second.
//
// What the sources say and what is made up stands with each rule. CR stands for
// https://www.twilio.com/docs/voice/conversationrelay/websocket-messages, NOUN for
// https://www.twilio.com/docs/voice/twiml/connect/conversationrelay.
package relay
