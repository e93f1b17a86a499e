package webhook

import "strings"

// emptyResponse is a document that asks for nothing.
var emptyResponse = &Element{Name: "Response"}

// judgeNoTwiML judges an answer that must ask for nothing: an empty <Response>.
func judgeNoTwiML(document []byte) Code {
	root, code := parseResponse(document)
	switch {
	case code != Accepted:
		return code
	case len(root.Children) > 0, root.trimmedText() != "":
		return SchemaViolation
	}
	return Accepted
}

// readTwiML reads a TwiML document as Twilio does: well-formed, of version 1.0,
// its root <Response>, no unknown names, and then verb by verb.
func (k Kind) readTwiML(document []byte, tollFree bool) Reading {
	root, code := parseResponse(document)
	if code != Accepted {
		return unusable(code)
	}
	r := Reading{Document: root}
	switch {
	case root.trimmedText() != "": // text is for verbs
		r.Code = SchemaViolation
	case k.isVoice():
		r.Code = judgeCallVerbs(root)
	default:
		r.Code, r.Replies = judgeMessageVerbs(root, tollFree)
	}
	if r.Code != Accepted && r.Code != SchemaViolation {
		r.Document = nil
	}
	return r
}

// parseResponse returns the root of a TwiML document.
func parseResponse(document []byte) (*Element, Code) {
	root, code := parseXML(document)
	if code == Accepted && root.Name != "Response" {
		return nil, RootNotResponse
	}
	return root, code
}

func (e *Element) trimmedText() string { return strings.TrimSpace(e.Text) }
