package twiliosim

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxBody bounds what is read of a request.
const maxBody = 1 << 20

// request is what matters of an HTTP request.
type request struct {
	op         Op
	miss       int // code of a request that is for nothing we have
	account    string
	sid        string     // of a call, from the path
	number     string     // whose price is asked for, from the path
	uri        string     // as requested
	form       url.Values // parameters: of the body of a POST, else of the query
	malformed  bool       // they could not be read
	user, pass string
}

// route finds out what a request is for. Twilio: error dictionary 20404 (paths are case sensitive), 20004.
func route(r *http.Request) *request {
	q := &request{miss: 20404, uri: r.URL.RequestURI()}
	if number, ok := strings.CutPrefix(r.URL.Path, pricesPath); ok && number != "" && r.Method == http.MethodGet {
		q.op, q.number, q.miss = OpPrice, number, 0
		return q
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/2010-04-01/Accounts/")
	account, tail, _ := strings.Cut(rest, "/")
	if !ok || !isSID("AC", account) {
		return q
	}
	q.account = account
	ops := callsOps
	if tail != "Calls.json" {
		sid, json := strings.CutSuffix(strings.TrimPrefix(tail, "Calls/"), ".json")
		if !json || !strings.HasPrefix(tail, "Calls/") || !isSID("CA", sid) {
			return q
		}
		q.sid, ops = sid, callOps
	}
	q.miss = 0
	if q.op, ok = ops[r.Method]; !ok {
		q.miss = 20004
	}
	return q
}

// pricesPath is where the Pricing API tells of numbers.
const pricesPath = "/v2/Voice/Numbers/"

// What can be done to the calls of an account, and to one of them.
var (
	callsOps = map[string]Op{"GET": OpList, "POST": OpCreate}
	callOps  = map[string]Op{"GET": OpFetch, "POST": OpHangUp, "DELETE": OpDelete}
)

// read reads the rest of the request. An error means that the client went away or sends without end.
func (q *request) read(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return err
	}
	q.user, q.pass, _ = r.BasicAuth()
	text := r.URL.RawQuery
	if r.Method == http.MethodPost {
		text = ""
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			text = string(body)
		}
	}
	q.form, err = url.ParseQuery(text)
	q.malformed = err != nil
	return nil
}
