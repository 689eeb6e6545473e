package store

import (
	"slices"
	"time"

	"renfort/mission"
)

// giveFeedback remembers what people with a record were shown and did about
// it. What names somebody unknown is dropped: there is nobody to remember it
// for.
func (r *reducer) giveFeedback(c mission.GiveFeedback) (mission.Result, error) {
	for i := range c.Feedback {
		f := &c.Feedback[i]
		who, known := r.person(f.Volunteer)
		at := feedbackTime(f.At, r.meta.now)
		if !known || len(f.Missions) == 0 || at <= r.meta.now-mission.FeedbackDays*secondsPerDay {
			continue
		}
		key := personPrefix(nil, f.Volunteer, personFeedback)
		raw := r.get(peopleBucket, key)
		due, all := r.feedback(raw)
		all = slices.Grow(all, len(f.Missions))
		for _, m := range f.Missions {
			all = append(all, shown{kind: f.Type, mission: m, recommendation: f.RecommendationID, at: at})
		}
		r.putFeedback(key, raw, due, r.recent(all))
		r.emit(mission.Change{Kind: mission.FeedbackGiven, VolunteerID: f.Volunteer, VolunteerOrdinal: who.ordinal, Feedback: f})
	}
	out := mission.Updated
	if !r.wrote {
		out = mission.Unchanged
	}
	return mission.Result{Outcome: out}, nil
}

// feedbackTime gives when something was shown: as said, never after log time.
func feedbackTime(m mission.Moment, now int64) int64 {
	t, err := m.First(time.UTC)
	if err != nil || t.IsZero() {
		return now
	}
	return min(t.Unix(), now)
}

func (r *reducer) feedback(raw []byte) (due int64, all []shown) {
	if raw == nil {
		return 0, nil
	}
	due, all, err := decodeFeedback(raw)
	must(err)
	return due, all
}

// recent sorts by time and keeps the last FeedbackMax of the last FeedbackDays.
func (r *reducer) recent(all []shown) []shown {
	all = slices.DeleteFunc(all, func(s shown) bool { return s.at <= r.meta.now-mission.FeedbackDays*secondsPerDay })
	slices.SortStableFunc(all, func(a, b shown) int { return int(a.at - b.at) })
	return all[max(0, len(all)-mission.FeedbackMax):]
}

// feedbackBytes is about how much room one thing that was shown takes.
const feedbackBytes = 64

// putFeedback replaces somebody's feedback, and moves the time at which the
// oldest of it is forgotten.
func (r *reducer) putFeedback(key, raw []byte, due int64, all []shown) {
	if due != 0 {
		r.remove(dueBucket, dueKey(nil, dueFeedback, due, key), nil)
	}
	if len(all) == 0 {
		r.remove(peopleBucket, key, raw)
		return
	}
	due = all[0].at + mission.FeedbackDays*secondsPerDay
	r.put(peopleBucket, key, raw, r.keep(appendFeedback(r.room(feedbackBytes*len(all)), due, all)))
	r.put(dueBucket, r.keep(dueKey(r.room(len(key)+9), dueFeedback, due, key)), nil, nil)
}

func (r *reducer) dropFeedback(key []byte) {
	raw := r.get(peopleBucket, key)
	due, _ := r.feedback(raw)
	r.putFeedback(key, raw, due, nil)
}
