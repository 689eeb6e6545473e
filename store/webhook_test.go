package store_test

// Webhooks in the store: replaced without losing their place or secret, their
// deliveries recorded, listed, bounded and forgotten; after each step the file
// is sound.

import (
	"fmt"
	"testing"

	"renfort/mission"
	"renfort/store"
)

func TestWebhooks(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 20})
	mustDo(t, s, mission.Tick{At: scriptStart})
	hook := &mission.Webhook{ID: "w1", URL: "https://example.org/", Types: []string{"seat.*"}, Secret: "whsec_c2VjcmV0"}
	made := mustDo(t, s, mission.PutWebhook{Webhook: hook})
	if made.Outcome != mission.Created {
		t.Errorf("a new webhook: %s", made.Outcome)
	}
	if again := mustDo(t, s, mission.PutWebhook{Webhook: hook}); again.Outcome != mission.Unchanged {
		t.Errorf("the same again: %s", again.Outcome)
	}
	record := func(state string, id mission.ID, through uint64) mission.Result {
		return mustDo(t, s, mission.RecordDeliveries{Deliveries: []mission.Delivery{{ID: id, Webhook: "w1", Type: "seat.held", FirstSeq: 7, Seq: 7, State: state, Tries: 1, At: scriptStart}},
			Through: []mission.Progress{{Webhook: "w1", Seq: through}}})
	}
	record(mission.DeliveryPending, "7-1", 9)
	if same := record(mission.DeliveryPending, "7-1", 8); same.Outcome != mission.Unchanged {
		t.Errorf("nothing new: %s", same.Outcome)
	}
	record(mission.DeliveryDead, "8", 9)
	mustDo(t, s, mission.PutWebhook{Webhook: &mission.Webhook{ID: "w1", URL: "https://example.org/2", Types: []string{"seat.*"}}})
	w, err := s.Webhook("w1")
	if err != nil || w.Secret != hook.Secret || w.Since != made.Version || w.Through != 9 || w.URL != "https://example.org/2" {
		t.Errorf("replaced: %+v, %v", w, err)
	}
	pending, err := s.PendingDeliveries("w1")
	if err != nil || len(pending) != 1 || pending[0].ID != "7-1" {
		t.Errorf("pending: %+v, %v", pending, err)
	}
	record(mission.DeliveryDone, "7-1", 9)
	for i := range mission.DeliveriesMax + 5 {
		record(mission.DeliveryDone, fmt.Sprint(100+i), 9)
	}
	page, next, err := s.Deliveries("w1", "", "", 3)
	if err != nil || len(page) != 3 || page[0].ID != fmt.Sprint(104+mission.DeliveriesMax) || next == "" {
		t.Fatalf("first page: %+v, %q, %v", page, next, err)
	}
	seen := len(page)
	for next != "" {
		if page, next, err = s.Deliveries("w1", mission.DeliveryDone, next, 999); err != nil {
			t.Fatal(err)
		}
		seen += len(page)
	}
	if seen != mission.DeliveriesMax {
		t.Errorf("%d deliveries are listed, want %d", seen, mission.DeliveriesMax)
	}
	if _, err := s.Delivery("w1", "7-1"); mission.KindOf(err) != mission.NotFound {
		t.Errorf("the oldest is still there: %v", err)
	}
	mustBackUpSound(t, s)
	mustDo(t, s, mission.Tick{At: scriptStart + 8*86_400})
	if page, _, err := s.Deliveries("w1", "", "", 10); err != nil || len(page) != 0 {
		t.Errorf("after a week: %d, %v", len(page), err)
	}
	record(mission.DeliveryPending, "9999", 9)
	mustBackUpSound(t, s)
	mustDo(t, s, mission.DeleteWebhook{ID: "w1"})
	if res := record(mission.DeliveryDone, "9999", 99); res.Outcome != mission.Unchanged {
		t.Errorf("a delivery of a webhook that is gone: %s", res.Outcome)
	}
	mustBackUpSound(t, s)
}

// A webhook that is deleted and made anew is another one: what the sender
// reports of the one before neither counts as its delivery nor moves its place.
func TestWebhookMadeAnew(t *testing.T) {
	s := openStore(t, t.TempDir(), store.Options{NoSync: true, MapBytes: 1 << 20})
	mustDo(t, s, mission.Tick{At: scriptStart})
	hook := &mission.Webhook{ID: "w1", URL: "https://example.org/", Types: []string{"seat.*"}, Secret: "whsec_c2VjcmV0"}
	before := mustDo(t, s, mission.PutWebhook{Webhook: hook}).Version
	report := func(since uint64) mission.Outcome {
		return mustDo(t, s, mission.RecordDeliveries{Since: map[mission.ID]uint64{"w1": since, "none": 1}, Through: []mission.Progress{{Webhook: "w1", Seq: 99}},
			Deliveries: []mission.Delivery{{ID: "7-1", Webhook: "w1", Type: "seat.held", FirstSeq: 7, Seq: 7, State: mission.DeliveryPending, At: scriptStart}}}).Outcome
	}
	if got := report(before); got != mission.Updated {
		t.Errorf("of the one there is: %s", got)
	}
	mustDo(t, s, mission.DeleteWebhook{ID: "w1"})
	anew := mustDo(t, s, mission.PutWebhook{Webhook: hook}).Version
	if got := report(before); got != mission.Unchanged {
		t.Errorf("of the one before: %s", got)
	}
	pending, err := s.PendingDeliveries("w1")
	if w, errHook := s.Webhook("w1"); err != nil || errHook != nil || len(pending) != 0 || w.Through != anew || w.Since != anew {
		t.Errorf("made anew: %+v, %d pending, %v, %v; want it from %d on", w, len(pending), err, errHook, anew)
	}
	if got := report(anew); got != mission.Updated {
		t.Errorf("of the new one: %s", got)
	}
	mustBackUpSound(t, s)
}

// mustBackUpSound checks a copy of the store.
func mustBackUpSound(t *testing.T, s *store.Store) {
	t.Helper()
	sc := &script{t: t, store: s}
	sc.mustCheck()
}
