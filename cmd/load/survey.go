package main

import (
	"net/http"
	"net/url"
	"strings"
)

// survey is the texting application that answers chats in a dry run: it asks for
// an order's number, and then how the delivery was. Where a sender is stands in a
// cookie, as in a session of a web framework. It sets the cookie and returns the
// TwiML that answers a message.
func survey(w http.ResponseWriter, r *http.Request, form url.Values) string {
	const cookie = "asked"
	ask := func(what, question string) string {
		http.SetCookie(w, &http.Cookie{Name: cookie, Value: what, Path: "/", HttpOnly: true})
		return response(`<Message statusCallback="status">` + question + `</Message>`)
	}
	goodbye := func(words string) string {
		http.SetCookie(w, &http.Cookie{Name: cookie, Path: "/", MaxAge: -1})
		return response(`<Message>` + words + `</Message>`)
	}
	body := strings.TrimSpace(form.Get("Body"))
	switch asked, _ := r.Cookie(cookie); {
	case strings.EqualFold(body, "stop"):
		return goodbye("You will get no more messages.")
	case asked == nil:
		return ask("order", "Hello! Which order is it about? Text its number.")
	case asked.Value == "order" && strings.Trim(body, "0123456789") == "" && body != "":
		return ask("rating", "Thanks. How was the delivery, from 1 to 5?")
	case asked.Value == "order":
		return ask("order", "That is no number. Which order is it about?")
	case asked.Value == "rating" && (body == "1" || body == "2"):
		return ask("reason", "We are sorry. What went wrong?")
	case asked.Value == "rating" && (body == "3" || body == "4" || body == "5"):
		return goodbye("Thank you!")
	case asked.Value == "rating":
		return ask("rating", "From 1 to 5, please: how was the delivery?")
	}
	return goodbye("Thank you, we will look into it.")
}
