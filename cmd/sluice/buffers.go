package main

import (
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/mem"
)

// bufferSizes are those that gRPC's buffers have. Pieces of bodies are 64 or 256
// KiB large, or 1 MiB, and a few bytes more with the message around them. Of
// gRPC's own sizes the next after 32 KiB is 1 MiB, so that a crowd of requests
// would hold several times the memory that it needs.
var bufferSizes = []int{256, 4 << 10, 16 << 10, 32 << 10, 66 << 10, 130 << 10, 258 << 10, 1<<20 + 2<<10}

// gRPC reads the pool of its codec from a variable that may be set only here.
func init() { experimental.SetDefaultBufferPool(mem.NewTieredBufferPool(bufferSizes...)) }
