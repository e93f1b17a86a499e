// Package mediastream plays Twilio's side of Media Streams, and the caller, in
// one stream after the other: it says what is sent to an agent over a WebSocket,
// and when, given what the agent sends.
//
//   - An [Audio] is what a caller says in a turn: a WAV file, read.
//   - [Rules] are what all streams of a run have in common.
//   - A [Session] is told that the socket is open, what was received, and that
//     time has passed, and answers each time with what is to be sent now and when
//     it is to be told of the time again.
//
// The package is pure: no network, no goroutine, no clock. Times are told to it,
// since any moment that stays the same. It recognizes no speech: the agent talks
// while something is heard in its audio.
//
// What the sources say and what is made up stands with each rule. MS stands for
// https://www.twilio.com/docs/voice/media-streams/websocket-messages, STREAM for
// https://www.twilio.com/docs/voice/twiml/stream, ABOUT for
// https://www.twilio.com/docs/voice/media-streams.
package mediastream
