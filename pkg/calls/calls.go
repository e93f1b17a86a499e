// Package calls places, holds, hangs up and follows batches of calls.
//
// [Run] starts the calls of a [Plan] in per-second bursts and ends them; [End]
// hangs up calls by their SIDs and follows each until it is over. Both go on in
// the face of errors that pass and stop at once at those that do not.
//
// Nothing is dialed twice: a create request is repeated only when Twilio
// certainly did not process it. One whose outcome was not seen is counted as
// unknown and looked up.
package calls
