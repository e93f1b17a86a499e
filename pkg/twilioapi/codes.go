package twilioapi

// Twilio's error codes that decide something here (Twilio: error dictionary).
const (
	codeBadCredentials = 20003
	codeNotFound       = 20404
	codeNotInProgress  = 21220
)

// known describes the error codes a caller may meet: what each means, what to
// do about it, and how far it reaches. Codes that are not here reach as far as
// their HTTP status says.
var known = map[int]struct {
	meaning, hint string
	scope         Scope
}{
	10001:              {"the account is not active", "look at the account's balance and status in the Twilio Console", ScopeAccount},
	10002:              {"a trial account cannot do this", "upgrade the account; a trial account places calls to verified numbers with Twilio's own sample TwiML only, and may refuse a time limit (--time_limit 0)", ScopeAccount},
	10004:              {"the account's limit of calls at once is reached", "wait until calls have ended, place fewer, or have the limit raised", ScopeAccount},
	10005:              {"voice is disabled for the account", "ask Twilio support to enable voice", ScopeAccount},
	codeBadCredentials: {"the credentials are wrong, of another region, or revoked", "check TWILIO_ACCOUNT_SID and the auth token or API key; tokens and keys are per region (TWILIO_REGION)", ScopeAccount},
	20005:              {"the account is suspended or closed", "look at the account's balance and status in the Twilio Console", ScopeAccount},
	20006:              {"access denied", "use an API key with access to Voice", ScopeAccount},
	20008:              {"test credentials cannot do this", "use the live credentials of the account", ScopeAccount},
	codeNotFound:       {"not found in this account", "another account, subaccount or region?", ScopeCall},
	20429:              {"too many requests at once", "", scopeMoment},
	21202:              {"the destination is a premium number", "choose another destination", ScopeAccount},
	21203:              {"international calls are not enabled", "enable them in the Console: Voice, Settings, Geo permissions", ScopeAccount},
	21205:              {"the TwiML URL is not valid", "check --twiml", ScopeAccount},
	21210:              {"the caller ID is neither a number of the account nor verified", "use a Twilio number of this account, or verify the number in the Console: Phone Numbers, Verified Caller IDs", ScopeAccount},
	21211:              {"the destination is not a valid number", "check --destination", ScopeDestination},
	21212:              {"the caller ID is not a valid number", "check --caller_id", ScopeAccount},
	21214:              {"the destination cannot be reached", "check --destination", ScopeDestination},
	21215:              {"calls to this destination's country are not enabled", "enable them in the Console: Voice, Settings, Geo permissions", ScopeDestination},
	21216:              {"the destination is on Twilio's block list", "choose another destination", ScopeDestination},
	21217:              {"the destination is not a valid number", "check --destination", ScopeDestination},
	21219:              {"a trial account calls verified numbers only", "verify the destination in the Console: Phone Numbers, Verified Caller IDs; or upgrade the account", ScopeDestination},
	codeNotInProgress:  {"the call is over already", "", ScopeCall},
	22005:              {"the account's queue holds 24 hours of calls", "let the queue drain, or hang up what is in it: end --caller_id FROM --destination TO", ScopeAccount},
	32018:              {"the TwiML is longer than 4,000 characters", "shorten --twiml, or host it and give its URL", ScopeAccount},
}
