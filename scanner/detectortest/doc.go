// Package detectortest holds the acceptance test that every scanner.Detector
// must pass, whether it is a rule set, an algorithm or a process on the other
// side of a socket.
//
//	func TestAccept(t *testing.T) {
//		detectortest.Accept(t, newDetector(), detectortest.Example{
//			Rule:  "internal-ticket",
//			Kind:  "internal",
//			Value: "HELIOS-1234",
//		})
//	}
//
// Run it with -race: several checks can only see a data race.
//
// # Design
//
// The checks are written against a small interface instead of *testing.T, so
// that the package's own tests can hand them broken detectors and see that they
// fail.
package detectortest
