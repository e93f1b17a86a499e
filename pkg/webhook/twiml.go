package webhook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// judgeTwiML reads a TwiML document as Twilio does: well-formed, of version
// 1.0, its root <Response>, no unknown names, and then verb by verb.
func (k Kind) judgeTwiML(document []byte, tollFree bool) (Code, Replies) {
	root, code := parseXML(document)
	if code != Accepted {
		return code, Replies{}
	}
	if root.name != "Response" {
		return RootNotResponse, Replies{}
	}
	if k == Voice {
		return judgeCallVerbs(root), Replies{}
	}
	return judgeMessageVerbs(root, tollFree)
}

// An element of a document. Its text is its own, without its children's.
type element struct {
	name     string
	attrs    map[string]string
	text     strings.Builder
	children []*element
}

// parseXML returns the root of a well-formed document.
func parseXML(document []byte) (*element, Code) {
	dec := xml.NewDecoder(bytes.NewReader(document))
	dec.CharsetReader = latin1Reader
	var root *element
	var open []*element
	for {
		start := dec.InputOffset()
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, xmlCode(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e, ok := newElement(token)
			switch {
			case !ok, root != nil && len(open) == 0: // a second root
				return nil, DocumentUnreadable
			case root == nil:
				root = e
			default:
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text.Write(token)
			} else if !isSpaceOrBOM(token, start) {
				return nil, DocumentUnreadable
			}
		case xml.ProcInst:
			// Not even a space may come before the XML declaration.
			before := bytes.TrimPrefix(document[:start], []byte(byteOrderMark))
			if token.Target == "xml" && len(before) > 0 {
				return nil, DocumentUnreadable
			}
		}
	}
	if root == nil {
		return nil, DocumentUnreadable
	}
	return root, Accepted
}

const byteOrderMark = "\ufeff"

func isSpaceOrBOM(text []byte, at int64) bool {
	if at == 0 {
		text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	}
	return len(bytes.TrimSpace(text)) == 0
}

// newElement reports false if an attribute is given twice, which encoding/xml
// lets pass.
func newElement(token xml.StartElement) (*element, bool) {
	e := &element{name: token.Name.Local, attrs: make(map[string]string)}
	for _, a := range token.Attr {
		if a.Name.Space != "" || a.Name.Local == "xmlns" {
			continue
		}
		if _, twice := e.attrs[a.Name.Local]; twice {
			return nil, false
		}
		e.attrs[a.Name.Local] = a.Value
	}
	return e, true
}

func xmlCode(err error) Code {
	if strings.HasPrefix(err.Error(), "xml: unsupported version") {
		return XMLVersion
	}
	return DocumentUnreadable
}

// latin1Reader reads the one encoding besides UTF-8 that old frameworks still
// declare.
func latin1Reader(charset string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "us-ascii", "ascii":
		return input, nil
	case "iso-8859-1", "latin1", "latin-1":
		text, err := io.ReadAll(input)
		if err != nil {
			return nil, err
		}
		runes := make([]rune, len(text))
		for i, b := range text {
			runes[i] = rune(b)
		}
		return strings.NewReader(string(runes)), nil
	}
	return nil, errors.New("unknown encoding " + charset)
}
