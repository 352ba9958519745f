// Measures Vectorscan (or Hyperscan): vectorscan PATTERNS TEXT SECONDS
//
// PATTERNS has one expression per line; TEXT is read in pieces, as
// they are separated by the Go program: each piece is its length, a newline and its
// bytes. Printed are the number of patterns in use, the calls of the match function in one
// pass, and MB per second of CPU time. Built by peers.go:
//
//	cc -O2 -o vectorscan vectorscan.c $(pkg-config --cflags --libs libhs)
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static double cpu(void) {
	struct rusage r;
	getrusage(RUSAGE_SELF, &r);
	return r.ru_utime.tv_sec + r.ru_utime.tv_usec * 1e-6;
}

static int found(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx) {
	++*(unsigned long long *)ctx;
	return 0;
}

static char *slurp(const char *name, size_t *n) {
	FILE *f = fopen(name, "rb");
	if (!f) { perror(name); exit(1); }
	fseek(f, 0, SEEK_END);
	*n = ftell(f);
	rewind(f);
	char *b = malloc(*n + 1);
	if (fread(b, 1, *n, f) != *n) exit(1);
	b[*n] = 0;
	fclose(f);
	return b;
}

int main(int argc, char **argv) {
	if (argc != 4) return 2;
	size_t n;
	char *lines = slurp(argv[1], &n);
	const char *expr[4096];
	unsigned flags[4096], ids[4096], count = 0;
	for (char *l = strtok(lines, "\n"); l && count < 4096; l = strtok(NULL, "\n")) {
		hs_database_t *db;
		hs_compile_error_t *err;
		if (hs_compile(l, 0, HS_MODE_BLOCK, NULL, &db, &err) != HS_SUCCESS) {
			fprintf(stderr, "left out: %s: %s\n", l, err->message);
			hs_free_compile_error(err);
			continue;
		}
		hs_free_database(db);
		expr[count] = l;
		flags[count] = 0;
		ids[count] = count;
		count++;
	}
	hs_database_t *db;
	hs_compile_error_t *err;
	double start = cpu();
	if (hs_compile_multi(expr, flags, ids, count, HS_MODE_BLOCK, NULL, &db, &err) != HS_SUCCESS) {
		fprintf(stderr, "%s\n", err->message);
		return 1;
	}
	double compiled = cpu() - start;
	hs_scratch_t *scratch = NULL;
	if (hs_alloc_scratch(db, &scratch) != HS_SUCCESS) return 1;

	char *text = slurp(argv[2], &n);
	unsigned long long matches = 0, total = 0, passes = 0, bytes = 0;
	double seconds = atof(argv[3]);
	start = cpu();
	do {
		matches = bytes = 0;
		for (char *p = text; p < text + n;) {
			size_t len = strtoul(p, &p, 10);
			p++;
			if (hs_scan(db, p, len, 0, scratch, found, &matches) != HS_SUCCESS) return 1;
			p += len;
			bytes += len;
		}
		total += bytes;
		passes++;
	} while (cpu() - start < seconds);
	printf("%u %llu %f %f\n", count, matches, total / (cpu() - start) / 1e6, compiled);
	return 0;
}
