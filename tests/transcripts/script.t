# The habits of scripts: definitions with arguments, if and while, hooks, aliases, logging, files of commands, and how each of them ends.
$ ebpfdbg -nx -q examples/loop.o --packet examples/packets/dns.hex
(ebpfdbg) define sum
>if $argc == 2
>printf "%d\n", $arg0 + $arg1
>else
>echo sum takes two numbers\n
>end
>end
(ebpfdbg) document sum
>Add two numbers.
>Usage: sum A B
>end
(ebpfdbg) sum 20 22
42
(ebpfdbg) sum 1
sum takes two numbers
(ebpfdbg) help sum
Add two numbers.
Usage: sum A B
(ebpfdbg) show user sum
User command "sum":
  if $argc == 2
  printf "%d\n", $arg0 + $arg1
  else
  echo sum takes two numbers\n
  end

(ebpfdbg) apropos ^sum
sum -- Add two numbers.
(ebpfdbg) complete su
sum
(ebpfdbg) set $i = 0
(ebpfdbg) while 1
>set $i = $i + 1
>if $i == 2
>loop_continue
>end
>if $i > 4
>loop_break
>end
>print $i
>end
$1 = 1
$2 = 3
$3 = 4
(ebpfdbg) if $i == 5
>if 0
>echo no\n
>else
>echo five\n
>end
>end
five
(ebpfdbg) if
if/while commands require arguments.
(ebpfdbg) while
if/while commands require arguments.
(ebpfdbg) while 1/0
>end
Division by zero
(ebpfdbg) if nothing
>end
No symbol "nothing" in current context.
(ebpfdbg) define again
>again
>end
(ebpfdbg) again
Max user call depth exceeded -- command aborted.
(ebpfdbg) alias di = disassemble
(ebpfdbg) alias ph = print /x
(ebpfdbg) ph 255
$4 = 0xff
(ebpfdbg) alias ph = print /o
Alias already exists: ph
(ebpfdbg) alias nothing
Usage: alias [-a] [--] ALIAS = COMMAND [DEFAULT-ARGS...]
(ebpfdbg) alias q1 = quark
Invalid command to alias to: quark
(ebpfdbg) help aliases
User-defined aliases of other commands.

List of commands:

di -- disassemble
ph -- print /x

Type "help" followed by command name for full documentation.
Type "apropos word" to search for commands related to "word".
Command name abbreviations are allowed if unambiguous.
(ebpfdbg) define hook-echo
>printf "<"
>end
(ebpfdbg) define hookpost-echo
>printf ">\n"
>end
(ebpfdbg) echo text
<text>
(ebpfdbg) define hook-stop
>printf "stopped after %d instructions\n", $icount
>end
(ebpfdbg) break loop.c:39 if r3 == 20
Breakpoint 1 at insn 13: file loop.c, line 39.
(ebpfdbg) commands
>if w2 > 0
>print/x w2
>end
>continue
>print 0
>end
(ebpfdbg) run
Starting program: check_header (xdp)
stopped after 34 instructions

Breakpoint 1, check_header (ctx=<optimized out>) at loop.c:39
39	        sum += words[i];
$5 = 0x3a45
Continuing.
[check_header returned 1 (XDP_DROP), 87 insns, 87 cycles]
(ebpfdbg) set logging enabled on
Copying output to ebpfdbg.txt.
(ebpfdbg) print 42
$6 = 42
(ebpfdbg) set logging enabled on
Already logging to ebpfdbg.txt
(ebpfdbg) show logging
enabled:  Logging is enabled.
file:  The current logfile is "ebpfdbg.txt".
overwrite:  Whether logging overwrites or appends to the log file is off.
redirect:  The logging output mode is off.
(ebpfdbg) set logging redirect on
(ebpfdbg) print 43
(ebpfdbg) set logging enabled off
Done logging to ebpfdbg.txt.
(ebpfdbg) set logging off
You aren't set up for logging.
(ebpfdbg) set logging nothing
Undefined set logging command: "nothing".  Try "help set logging".
(ebpfdbg) set logging file
Argument required (filename to set it to.).
(ebpfdbg) set logging overwrite maybe
"on" or "off" expected.
(ebpfdbg) source
source command requires file name of file to source.
(ebpfdbg) source nowhere.gdb
nowhere.gdb: No such file or directory
(ebpfdbg) source ebpfdbg.txt
ebpfdbg.txt:1: Error in sourced command file:
Undefined command: "$6".  Try "help".
(ebpfdbg) set trace-commands on
(ebpfdbg) sum 1 2
+sum 1 2
+printf "%d\n", 1 + 2
3
(ebpfdbg) set trace-commands off
+set trace-commands off
[status 1]
