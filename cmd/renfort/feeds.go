package main

import (
	"fmt"
	"strings"
	"time"

	"renfort/api"
)

// parseFeed reads URL[,name=value…]. Commas before the first option are the
// URL's own.
func parseFeed(text string) (api.Feed, error) {
	f := api.Feed{Every: api.FeedEveryDefault}
	options := map[string]*string{"publisher": &f.Publisher, "places": &f.Places, "prune": &f.Prune, "booking": &f.Booking}
	for {
		i := strings.LastIndexByte(text, ',')
		name, value, found := strings.Cut(text[i+1:], "=")
		if i < 0 || !found || name != "every" && options[name] == nil {
			break
		}
		if name == "every" {
			every, err := time.ParseDuration(value)
			if err != nil {
				return f, fmt.Errorf("--feed: every=%s is no time, as 15m or 1h", value)
			}
			f.Every = every
		} else {
			*options[name] = value
		}
		text = text[:i]
	}
	f.URL = text
	return f, nil
}
