package webhook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// judgeNoTwiML judges an answer that must ask for nothing: an empty <Response>.
func judgeNoTwiML(document []byte) Code {
	root, code := parseXML(document)
	switch {
	case code != Accepted:
		return code
	case root.name != "Response":
		return RootNotResponse
	case len(root.children) > 0, strings.TrimSpace(root.text.String()) != "":
		return SchemaViolation
	}
	return Accepted
}

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
	if strings.TrimSpace(root.text.String()) != "" {
		return SchemaViolation, Replies{} // text is for verbs
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
	names := namespaces{"": true, "xmlns": true, xmlNamespace: true}
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
			case !ok, !names.know(token), root != nil && len(open) == 0: // a second root
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

// namespaces are those declared so far. encoding/xml puts a namespace in the
// place of a prefix, and leaves one that is not declared as it is.
type namespaces map[string]bool

const xmlNamespace = "http://www.w3.org/XML/1998/namespace"

// know takes a tag's declarations and reports whether all its prefixes are
// declared.
func (n namespaces) know(tag xml.StartElement) bool {
	for _, a := range tag.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			n[a.Value] = true
		}
	}
	for _, a := range tag.Attr {
		if !n[a.Name.Space] {
			return false
		}
	}
	return n[tag.Name.Space]
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
