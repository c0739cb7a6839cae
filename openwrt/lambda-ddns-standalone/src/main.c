/* Runs the one module that was compiled in, with only the parts of QuickJS that it uses; refuses to
 * end quietly after an error: a throw, a rejection nobody handles or an await that never settles
 * writes a line to stderr and exits 1, where the main that qjsc generates exits 0.
 * There is no event loop: the client is synchronous from end to end and leaves by std.exit. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "quickjs-libc.h"
#include "memory.h"

extern const uint32_t program_size; /* made by `qjsc -c -N program` */
extern const uint8_t program[];

JSModuleDef *js_init_module_std(JSContext *ctx, const char *name);
JSModuleDef *js_init_module_os(JSContext *ctx, const char *name);

static void fail(const char *why)
{
	fprintf(stderr, "lambda-ddns: %s\n", why);
	exit(1);
}

static void fail_with_exception(JSContext *ctx)
{
	fputs("lambda-ddns: unexpected error: ", stderr);
	js_std_dump_error(ctx);
	exit(1);
}

/* A rejection that nobody handles: the same as a throw. */
static void on_rejection(JSContext *ctx, JSValueConst promise, JSValueConst reason, JS_BOOL is_handled,
			 void *opaque)
{
	(void)promise;
	(void)opaque;
	if (is_handled)
		return;
	JS_Throw(ctx, JS_DupValue(ctx, reason));
	fail_with_exception(ctx);
}

/* The language as the client speaks it. Left out: eval and the compiler, modules from files, Proxy,
 * WeakRef, String.normalize; their code is then not linked, and the build refuses a client that names them. */
static JSContext *new_context(JSRuntime *rt)
{
	JSContext *ctx = JS_NewContextRaw(rt);

	if (!ctx)
		return NULL;
	JS_AddIntrinsicBaseObjects(ctx);
	JS_AddIntrinsicDate(ctx);
	JS_AddIntrinsicRegExp(ctx);
	JS_AddIntrinsicJSON(ctx);
	JS_AddIntrinsicMapSet(ctx);
	JS_AddIntrinsicTypedArrays(ctx);
	JS_AddIntrinsicPromise(ctx); /* evaluating a module makes one */
	js_init_module_std(ctx, "std");
	js_init_module_os(ctx, "os");
	return ctx;
}

int main(int argc, char **argv)
{
	JSRuntime *rt = JS_NewRuntime2(&short_lived_memory, NULL);
	JSContext *ctx, *job_ctx;
	JSValue module, result;
	int jobs;

	if (!rt)
		fail("out of memory");
	js_std_init_handlers(rt);
	JS_SetHostPromiseRejectionTracker(rt, on_rejection, NULL);
	ctx = new_context(rt);
	if (!ctx)
		fail("out of memory");
	js_std_add_helpers(ctx, argc, argv);

	module = JS_ReadObject(ctx, program, program_size, JS_READ_OBJ_BYTECODE);
	if (JS_IsException(module) || JS_ResolveModule(ctx, module) < 0)
		fail_with_exception(ctx);
	result = JS_EvalFunction(ctx, module);
	if (JS_IsException(result))
		fail_with_exception(ctx);

	while ((jobs = JS_ExecutePendingJob(rt, &job_ctx)) > 0)
		;
	if (jobs < 0)
		fail_with_exception(job_ctx);
	if (JS_PromiseState(ctx, result) == JS_PROMISE_PENDING)
		fail("unexpected error: waits for something that never comes");
	/* Nothing is freed: the process ends here and the system takes it all back at once. */
	if (fflush(stdout) != 0)
		fail("cannot write to standard output");
	return 0;
}
