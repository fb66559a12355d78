package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func isGenuine(body []byte, header string) bool {
	mac := hmac.New(sha256.New, []byte(os.Getenv("WEBHOOK_SECRET")))
	mac.Write(body)
	expected := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	// While a secret is rotated the header holds two signatures; one is enough.
	for _, given := range strings.Split(header, ",") {
		if hmac.Equal([]byte(expected), []byte(strings.TrimSpace(given))) {
			return true
		}
	}
	return false
}

func main() {
	http.HandleFunc("POST /webhook", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || !isGenuine(body, r.Header.Get("X-Webhook-Signature")) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusNoContent) // Answer first, work afterwards.
		var event struct {
			Event string         `json:"event"`
			Data  map[string]any `json:"data"`
		}
		_ = json.Unmarshal(body, &event)
		// The same event may come twice: skip an X-Webhook-Id that you have seen.
		fmt.Println(r.Header.Get("X-Webhook-Id"), event.Event, event.Data)
	})
	port := os.Getenv("PORT")
	if port == "" {
		port = "3000"
	}
	panic(http.ListenAndServe(":"+port, nil))
}
