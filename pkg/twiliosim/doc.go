// Package twiliosim is a Twilio account in a process: the Calls API of Twilio, with calls that live, and what the Pricing
// API tells of their prices.
//
// An [Account] is an http.Handler. Put it behind httptest.NewServer or NewTLSServer for a client on a socket, or use
// [Account.Transport] (or [Account.Dial] under a transport of your own) for real HTTP/1.1 over in-memory connections:
// no port, and it works in fake time, inside a testing/synctest bubble.
//
// Calls created through the API wait in a queue that drains at the account's calls per second, ring, are answered or
// not, run until somebody hangs up or a limit ends them, and get a duration and a price. They cost nothing while they
// live: every record is worked out from the clock when somebody looks, so there is no goroutine and no timer per call.
//
// What can go wrong on the way to Twilio can be ordered by the piece: a list of [Fault] values says which requests are
// refused, dropped, delayed, left hanging or answered with rubbish, before or after they took effect. What arrived is
// logged ([Account.Creates]) and what is true can be asked ([Account.Calls], [Account.Live]), so that a test can compare
// what a client believes with what happened.
//
// # What it follows
//
// Fields, types, formats, statuses and error bodies follow Twilio's published OpenAPI document (twilio/twilio-oai,
// twilio_api_v2010), meanings follow Twilio's page on the Call resource and its error dictionary. Where Twilio's pages
// are silent the choice is written down at the code that makes it.
//
// # What it does not do
//
// It serves JSON only, fetches no TwiML, sends no callbacks, and has no resource but calls and their prices. Previous pages of a list
// are not linked. All times are read from the process's clock; an Account made inside a bubble must stay there.
package twiliosim
