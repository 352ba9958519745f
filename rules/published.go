package rules

import "bytes"

// publishedValues are more credentials that vendors and standards print as samples,
// or that open only what runs on one's own machine (see publishedSecrets). Those of Google are the ones in the
// repository firebase/firebase-android-sdk. Each is written in two parts, since other
// scanners would take this file for a leak.
var publishedValues = newSampleSet(func() map[string]bool {
	values := make(map[string]bool)
	for _, parts := range [...][2]string{
		// Google's samples of code for Android.
		{"AIza", "SyAnLA7NfeLquW1tJFpx_eQCxoX-oo6YyIs"},
		{"AIza", "SyCkEhVjf3pduRDt6d1yKOMitrUEke8agEM"},
		{"AIza", "SyDMAScliyLx7F0NPDEJi1QmyCgHIAODrlU"},
		{"AIza", "SyD3asb-2pEZVqMkmL6M9N6nHZRR_znhrh0"},
		{"AIza", "yDNSXIbFmlXbIE6mCzDLQAqITYefhixbX4A"},
		{"AIza", "SyAdOS2zB6NCsk1pCdZ4-P6GBdi_UUPwX7c"},
		{"AIza", "SyASWm6HmTMdYWpgMnjRBjxcQ9CKctWmLd4"},
		{"AIza", "SyANUvH9H9BsUccjsu2pCmEkOPjjaXeDQgY"},
		{"AIza", "SyA5_iVawFQ8ABuTZNUdcwERLJv_a_p4wtM"},
		{"AIza", "SyA4UrcGxgwQFTfaI3no3t7Lt1sjmdnP5sQ"},
		{"AIza", "SyDSb51JiIcB6OJpwwMicseKRhhrOq1cS7g"},
		{"AIza", "SyBF2RrAIm4a0mO64EShQfqfd2AFnzAvvuU"},
		{"AIza", "SyBcE-OOIbhjyR83gm4r2MFCu4MJmprNXsw"},
		{"AIza", "SyB8qGxt4ec15vitgn44duC5ucxaOi4FmqE"},
		{"AIza", "SyA8vmApnrHNFE0bApF4hoZ11srVL_n0nvY"},
		{"AIza", "Syabcdefghijklmnopqrstuvwxyz1234567"},
		// Stripe's documentation.
		{"sk_test_", "26PHem9AhJZvU623DfE1x4sd"},
		// reCAPTCHA's keys for tests.
		{"6LeIxAcTAAAAA", "JcZVRqyHh71UMIEGNQ_MXjiZKhI"},
		{"6LeIxAcTAAAAA", "GG-vFI1TnRWxMZNFuojJ4WifJWe"},
		// The second and third accounts of Hardhat and Anvil.
		{"59c6995e998f97a5a0044966f0945389", "dc9e86dae88c7a8412f4603b6b78690d"},
		{"5de4111afa1a4b94908f83103eb1f170", "6367c2e68ca870fc3fb9a804cdab365a"},
		// The token of RFC 7515, and those of Supabase on one's own machine.
		{"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.", "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
		{"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.", "eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6ImFub24iLCJleHAiOjE5ODM4MTI5OTZ9.CRXP1A7WOeoJeXxjNni43kdQwgnWNReilDMblYTn_I0"},
		{"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.", "eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6InNlcnZpY2Vfcm9sZSIsImV4cCI6MTk4MzgxMjk5Nn0.EGIM96RAZx35lJzdJsyH-qQwv8Hdp7fsn3W0YpN81IU"},
		{"super-secret-jwt-token-with-at-least-", "32-characters-long"},
		{"YWxhZGRpbjpv", "cGVuc2VzYW1l"}, // aladdin:opensesame
		// Documentation of Kubernetes, WireGuard, Cloudflare, Mailgun, Discord and Telegram.
		{"MWYyZDFl", "MmU2N2Rm"},
		{"Mzk1Mjgk", "dmRnN0pi"},
		{"07401b.", "f395accd246ae52d"},
		{"yAnz5TF+lXXJte14tji3", "zlMNq+hd2rYUIgJBgB3fBmk="},
		{"8M7wS6hCpXVc-DoRnPPY", "_UCWPgy8aea4Wy6kCe5T"},
		{"key-3ax6xnjp29jd6fds", "4gc373sgvjxteol0"},
		{"MTk4NjIyNDgzNDcxOTI1MjQ4.", "Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"},
		{"110201543:AAHdqTcvCH1v", "GWJxfSeofSAs0K5PALDsaw"},
		{"123456:ABC-DEF1234ghIkl", "-zyx57W2v1u123ew11"},
	} {
		values[parts[0]+parts[1]] = true
	}
	return values
}())

// printedSample is true of a candidate that is a part of such a value.
func printedSample(c *candidate) bool {
	start, end := c.start, c.end
	for start > 0 && c.start-start < maxShort && inToken(c.text[start-1]) {
		start--
	}
	for end < len(c.text) && end-c.end < maxShort && inToken(c.text[end]) {
		end++
	}
	token := bytes.TrimRight(c.text[start:end], ".:-")
	for end < len(c.text) && c.text[end] == '=' { // of base64
		end++
	}
	if start == c.start && end == c.end {
		return false // which standsIn has said
	}
	whole := c.text[start:end]
	return printed(token) || len(whole) > len(token) && printed(whole)
}

// inToken is true of the characters that tokens are made of.
func inToken(b byte) bool { return isWord(b) || bytes.IndexByte([]byte("+/.:-"), b) >= 0 }
