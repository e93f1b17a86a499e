// Package webhook makes the requests that Twilio sends to an application's
// webhook, and says what Twilio would make of the answers.
//
//   - A [Row] is one line of webhook data, read by [ParseRow] and [ParseLines].
//   - A [Template] is a row made ready to be sent many times; a [Writer] makes
//     of it requests with fresh SIDs, each with its own signature.
//   - A [Request] is any other request; a Writer makes its bytes, too.
//   - A [Judge] turns answers into verdicts: accepted, or the [Code] of the
//     error that Twilio would log; and into the documents that Twilio would
//     execute.
//   - [Segments] and [Prices] say what the traffic would cost.
//
// The package sends nothing and measures nothing. It knows of one request and
// its answer: what follows an answer is package dialog's. It does not honour
// connection overrides in the fragment of a URL.
package webhook
