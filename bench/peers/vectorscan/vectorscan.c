// Measures Vectorscan (or Hyperscan): vectorscan PATTERNS
//
// PATTERNS has one expression per line; those that are refused as bytes are tried as
// UTF-8, and those that are refused then are left out. Then for each line "SECONDS FILE" of
// standard input, the text in FILE is scanned again and again for so long; it is
// in pieces: each is its length, a newline and its bytes. The answer is one line:
// the calls of the match function in one pass, and MB per second of CPU time. The
// first line of all says how many patterns are in use and how long compiling took.
// Built by vectorscan.go:
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
	if (argc != 2) return 2;
	size_t n;
	char *lines = slurp(argv[1], &n);
	const char *expr[4096];
	unsigned flags[4096], ids[4096], count = 0;
	for (char *l = strtok(lines, "\n"); l && count < 4096; l = strtok(NULL, "\n")) {
		hs_database_t *db;
		hs_compile_error_t *err;
		unsigned f = 0;
		while (hs_compile(l, f, HS_MODE_BLOCK, NULL, &db, &err) != HS_SUCCESS) {
			if (f) {
				fprintf(stderr, "left out: %s: %s\n", l, err->message);
				l = NULL;
			}
			hs_free_compile_error(err);
			if (!l) break;
			f = HS_FLAG_UTF8;
		}
		if (!l) continue;
		hs_free_database(db);
		expr[count] = l;
		flags[count] = f;
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

	printf("%u %f\n", count, compiled);
	fflush(stdout);

	static char line[4096];
	while (fgets(line, sizeof line, stdin)) {
		char *name;
		double seconds = strtod(line, &name);
		name += strspn(name, " ");
		name[strcspn(name, "\n")] = 0;
		char *text = slurp(name, &n);
		unsigned long long matches = 0, total = 0, bytes = 0;
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
		} while (cpu() - start < seconds);
		printf("%llu %f\n", matches, total / (cpu() - start) / 1e6);
		fflush(stdout);
		free(text);
	}
	return 0;
}
