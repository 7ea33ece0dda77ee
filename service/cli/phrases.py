"""What click itself says, in Chinese: the headings of help, and what is wrong with a command that cannot be understood.

Click asks gettext for its phrases, which answers by the environment's language and from compiled catalogues. Ours is
one language whatever the terminal's is, so its modules are given these sentences instead; a phrase that is not here
stays as click wrote it.
"""

from __future__ import annotations

from click import core, decorators, exceptions, formatting, parser, types

CHINESE = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show this message and exit.": "显示这份说明。",
    "Show the version and exit.": "显示版本。",
    "required": "必填",
    "default: {default}": "默认：{default}",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "用法说明：{command} {option}",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "Missing command.": "缺少命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "No such option {name!r}.": "没有 {name} 这个选项。",
    "No such command {name!r}.": "没有 {name} 这个命令。",
    "Did you mean {possibility}?": "您要的是 {possibility} 吗？",
    "(Did you mean one of: {possibilities}?)": "您要的是其中之一吗：{possibilities}",
    "Got unexpected extra argument ({args})": "多了一个参数：{args}",
    "Got unexpected extra arguments ({args})": "多了几个参数：{args}",
    "Takes {nargs} values but 1 was given.": "应写 {nargs} 个值，只写了 1 个。",
    "Takes {nargs} values but {len} were given.": "应写 {nargs} 个值，写了 {len} 个。",
    "Argument {name!r} takes {nargs} values.": "{name} 应写 {nargs} 个值。",
    "Option {name!r} does not take a value.": "{name} 后面不用写值。",
    "Option {name!r} requires an argument.": "{name} 后面要写一个值。",
    "Option {name!r} requires {nargs} arguments.": "{name} 后面要写 {nargs} 个值。",
    "Choose from:\n\t{choices}": "可选：{choices}",
    "{value!r} is not {choice}.": "没有 {value} 这一种；只能是 {choice}。",
    "{value!r} is not one of {choices}.": "没有 {value} 这一种；可选：{choices}。",
    "{value!r} is not a valid {number_type}.": "“{value}”不是整数。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 之内。",
    "file": "文件",
    "directory": "文件夹",
    "path": "文件或文件夹",
    "{name} {filename!r} does not exist.": "没有这个{name}：{filename}",
    "{name} {filename!r} is a file.": "{filename} 是文件，这里要{name}。",
    "{name} {filename!r} is a directory.": "{filename} 是文件夹，这里要{name}。",
    "{name} {filename!r} is not readable.": "{name} {filename} 不能读取，请检查权限。",
    "{name} {filename!r} is not writable.": "{name} {filename} 不能写入，请检查权限。",
    "Aborted!": "已中止。",
}
"""Click's phrases and ours, with the same holes."""


def _said(phrase: str) -> str:
    return CHINESE.get(phrase, phrase)


def _counted(singular: str, plural: str, count: int) -> str:
    return _said(singular if count == 1 else plural)


def speak_chinese() -> None:
    """Give click's modules our sentences in place of gettext's."""
    for module in (core, decorators, exceptions, formatting, parser, types):
        for name, ours in (("_", _said), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, ours)
