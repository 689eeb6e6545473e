// Package mission holds the nouns of the house: missions, volunteers,
// organisations, seats, holds, the taxonomy and the policy, the commands that
// change them and the changes that follow.
//
// A reader who has read only this package can follow every signature above
// it. It decides nothing about ranking and stores nothing; it says what a
// well-formed value is (Validate), how one is read from the wire (Decode) and
// how what a caller sent becomes what the reducer accepts (Intake).
package mission
