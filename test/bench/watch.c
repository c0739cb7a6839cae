/* Runs a command and writes what it and everything it started cost, one JSON object, to the file in $WATCH_OUT:
 * processes, program starts, CPU time, and each process's peak of resident memory, read as it ends.
 * Refuses to judge: the exit status is the command's own. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long processes, starts, own_kb, largest_kb, summed_kb;
static pid_t child;

static void die(const char *what)
{
	perror(what);
	exit(127);
}

/* The peak of a process that is about to end, in KB; threads of one process are counted once. */
static void count_memory(pid_t pid)
{
	char path[64], line[256];
	long kb = 0, group = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	status = fopen(path, "r");
	if (!status)
		return;
	while (fgets(line, sizeof(line), status)) {
		sscanf(line, "Tgid: %ld", &group);
		sscanf(line, "VmHWM: %ld", &kb);
	}
	fclose(status);
	if (group != (long)pid)
		return;
	processes++;
	if (pid == child)
		own_kb = kb;
	summed_kb += kb;
	if (kb > largest_kb)
		largest_kb = kb;
}

/* Answers one stop of a traced process and returns the signal that it is to get on going on. */
static int on_stop(pid_t pid, int status)
{
	switch (status >> 16) {
	case PTRACE_EVENT_EXEC:
		starts++;
		return 0;
	case PTRACE_EVENT_EXIT:
		count_memory(pid);
		return 0;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
	case PTRACE_EVENT_STOP:
		return 0;
	}
	return WSTOPSIG(status);
}

int main(int argc, char **argv)
{
	const long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;
	const char *out = getenv("WATCH_OUT");
	struct rusage used;
	pid_t pid;
	int status, code = 127;
	FILE *report;

	if (argc < 2 || !out)
		return fputs("usage: WATCH_OUT=file watch command ...\n", stderr), 127;
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		raise(SIGSTOP);
		execvp(argv[1], argv + 1);
		die(argv[1]);
	}
	if (waitpid(child, &status, WUNTRACED) < 0 || ptrace(PTRACE_SEIZE, child, 0, options) < 0)
		die("ptrace");
	kill(child, SIGCONT);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid <= 0)
			continue;
		if (WIFSTOPPED(status)) {
			ptrace(PTRACE_CONT, pid, 0, on_stop(pid, status));
			continue;
		}
		if (pid == child)
			code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	getrusage(RUSAGE_CHILDREN, &used);
	report = fopen(out, "w");
	if (!report)
		die(out);
	fprintf(report, "{\"processes\":%ld,\"starts\":%ld,\"ownKb\":%ld,\"largestKb\":%ld,\"summedKb\":%ld,\"cpuUs\":%ld}\n",
		processes, starts, own_kb, largest_kb, summed_kb,
		1000000L * (used.ru_utime.tv_sec + used.ru_stime.tv_sec) + used.ru_utime.tv_usec +
			used.ru_stime.tv_usec);
	if (fclose(report) != 0)
		die(out);
	return code;
}
