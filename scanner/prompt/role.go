package prompt

import "github.com/sluice-dlp/sluice/scanner"

// isVocabulary reports whether a "role" or "type" has a value from a provider's
// API. These make up a third of the strings of a chat and hold no one's data,
// so they are not scanned.
func isVocabulary(member fieldClass, value []byte) bool {
	switch member {
	case fieldRole:
		return roleNamed(value, scanner.RoleUnknown) != scanner.RoleUnknown
	case fieldType:
		_, known := knownNames()[string(value)]
		return known
	}
	return false
}

// roleNamed returns the role that a message's "role" names. A role that comes
// after the content in its object is too late for the content: roles are
// evidence, and every text is scanned whatever its role.
func roleNamed(name []byte, otherwise scanner.Role) scanner.Role {
	switch string(name) {
	case "system", "developer", "SYSTEM":
		return scanner.RoleSystem
	case "user", "USER", "human":
		return scanner.RoleUser
	case "assistant", "model", "CHATBOT", "ai":
		return scanner.RoleAssistant
	case "tool", "function", "TOOL":
		return scanner.RoleTool
	}
	return otherwise
}

// roleOfType returns the role of content parts and items whose type says more
// than the message they are in.
func roleOfType(name []byte, otherwise scanner.Role) scanner.Role {
	switch string(name) {
	case "tool_result", "tool_use", "server_tool_use", "function_call", "function_call_output", "custom_tool_call",
		"custom_tool_call_output", "mcp_call", "mcp_list_tools", "local_shell_call_output", "shell_call_output",
		"computer_call_output", "web_search_tool_result":
		return scanner.RoleTool
	case "input_text":
		if otherwise == scanner.RoleUnknown {
			return scanner.RoleUser
		}
	case "output_text":
		return scanner.RoleAssistant
	}
	return otherwise
}

// roleUnder returns the role of the value of a member.
func roleUnder(member fieldClass, otherwise scanner.Role) scanner.Role {
	switch member {
	case fieldSystem:
		return scanner.RoleSystem
	case fieldTool:
		return scanner.RoleTool
	case fieldInput:
		if otherwise == scanner.RoleUnknown {
			return scanner.RoleUser
		}
	}
	return otherwise
}
