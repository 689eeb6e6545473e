// Package feed answers: how do others write a mission? It reads API
// Engagement's XML feeds and v0 JSON lists into missions, and writes missions
// as such a feed.
//
// A Reader gives one Draft per record: the mission as Intake takes it, and in
// words what was repaired on the way. Partners' feeds are read as they are
// written: names in any case and with or without underlines, lists in four
// forms, points the wrong way round, codes without their zero, text in the
// wrong encoding. Whatever is changed or left out is told; what has no field in
// a mission goes to its attributes and data, so that a Writer gives it back.
//
// Memory is bounded by one record, which has at most RecordBytesMax bytes.
// Entities of a document type are never expanded, elements are at most
// depthMax deep, and what is read, unpacked, is at most mission.FeedBytesMax.
//
// A Writer's feed is one that any reader of API Engagement's feeds takes. What
// that format cannot say stands in an element of its own, <renfort>, as the
// contract's JSON; a Reader goes by it, so that missions survive the way there
// and back whole.
package feed
