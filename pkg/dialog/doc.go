// Package dialog plays what follows an answer: Twilio, which executes the TwiML
// of an application, and the person who calls or texts it, until the
// conversation is over.
//
//   - A [Person] is a row: the fields of the first request, and the turns that
//     the person takes then, read by [PersonParser].
//   - A [Player] holds what all conversations of a run have in common.
//   - A [Conversation] is asked for its next request, is told what was answered,
//     and says what follows, and when.
//
// The package is pure: no network, no goroutine, no clock, no randomness. A
// conversation has a clock of its own, which is moved by what is told of it: by
// the time that speaking, thinking and waiting take, and that answers took.
// Whoever sends the requests may sleep that time or not: the requests are the
// same.
//
// It plays no sound, calls nobody, and holds no connection. Verbs whose effect
// nobody can play take the default that Twilio documents.
package dialog
