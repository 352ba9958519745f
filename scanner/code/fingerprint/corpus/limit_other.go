//go:build !unix

package corpus

func limitProcess() {}
